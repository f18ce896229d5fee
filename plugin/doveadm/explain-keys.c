/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in explain-keys.h. */

#include "lib.h"
#include "explain-keys.h"
#include "doveadm-print.h"
#include "lib-event.h"
#include "str.h"
#include "admin-policy.h"
#include "coexist-admin.h"
#include "logged-value.h"

void coexist_explain_row(const char *protocol, const char *key,
			 const char *value, const char *origin,
			 const char *result)
{
	doveadm_print(protocol);
	doveadm_print(key);
	doveadm_print(value);
	doveadm_print(origin);
	doveadm_print(result);
}

/* Returns what the key has to do with the verdict. */
static const char *
key_result(const struct coexist_policy *policy, enum coexist_protocol protocol,
	   enum coexist_key key, const struct coexist_decision *decision)
{
	if (decision->refusal != COEXIST_REFUSAL_NONE && decision->key == key)
		return "refuses";
	if (coexist_policy_number(policy, key) == 0)
		return "";
	/* what only the gate and the mailbox know */
	if (key == coexist_protocol_max_sessions(protocol))
		return "depends on the sessions";
	return key == COEXIST_KEY_pop3_login_delay ?
		"depends on the last login" : "";
}

/* Says at debug level what the scopes name for the key, the narrowest first, and
   what holds of it. */
static void
trace_key(const struct coexist_admin *admin,
	  const struct coexist_admin_policy *policy, enum coexist_key key)
{
	string_t *named = t_str_new(128);
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(policy->scopes); i++) {
		const char *text = coexist_scope_get(&policy->scopes[i], key);

		/* dovecot.conf of 2.4 names each key, to inherit most */
		if (text == NULL || *text == '\0')
			continue;
		str_printfa(named, " %s=%s", coexist_policy_scope_word(i),
			    coexist_logged_value(text));
	}
	e_debug(admin->event, "coexist: %s: %s holds (%s), named:%s",
		coexist_policy_keys[key].name,
		coexist_logged_value(coexist_policy_text(&policy->policy, key)),
		coexist_admin_policy_origin(policy, key),
		str_len(named) == 0 ? " nowhere" : str_c(named));
}

/* Prints what a key that was asked has to do with it. */
static void
print_key(const struct coexist_admin_policy *policy,
	  enum coexist_protocol protocol, enum coexist_key key,
	  const struct coexist_decision *decision)
{
	coexist_explain_row(coexist_protocol_name(protocol),
			    coexist_policy_keys[key].name,
			    coexist_policy_text(&policy->policy, key),
			    coexist_admin_policy_origin(policy, key),
			    key_result(&policy->policy, protocol, key,
				       decision));
}

/* Returns TRUE if the gate asks the key about a login by the protocol. */
static bool is_asked(enum coexist_protocol protocol, enum coexist_key key)
{
	static const char *const asked[] = {
		"access", "until", "networks", "tls", "max_sessions",
		"login_delay", NULL
	};
	const char *prefix =
		t_strconcat(coexist_protocol_name(protocol), "_", NULL);
	const char *name = coexist_policy_keys[key].name;

	return strncmp(name, prefix, strlen(prefix)) == 0 &&
		str_array_find(asked, name + strlen(prefix));
}

void coexist_explain_keys(const struct coexist_admin *admin,
			  const struct coexist_admin_policy *policy,
			  enum coexist_protocol protocol,
			  const struct coexist_decision *decision)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (!is_asked(protocol, i))
			continue;
		trace_key(admin, policy, i);
		print_key(policy, protocol, i, decision);
	}
}
