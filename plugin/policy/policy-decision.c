/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-decision.h. */

#include "policy-decision.h"

#include <strings.h>

struct protocol {
	char name[12];
	char label[12];
	enum coexist_key access;
	enum coexist_key until;
	enum coexist_key networks;
	enum coexist_key max_sessions;
	/* COEXIST_KEY_COUNT if there is no such key */
	enum coexist_key tls;
};

#define PROTOCOL(protocol, protocol_label, tls_key) \
	{ .name = #protocol, .label = protocol_label, \
	  .access = COEXIST_KEY_##protocol##_access, \
	  .until = COEXIST_KEY_##protocol##_until, \
	  .networks = COEXIST_KEY_##protocol##_networks, \
	  .max_sessions = COEXIST_KEY_##protocol##_max_sessions, \
	  .tls = tls_key }

static const struct protocol protocols[COEXIST_PROTOCOL_OTHER] = {
	[COEXIST_PROTOCOL_IMAP] =
		PROTOCOL(imap, "IMAP", COEXIST_KEY_imap_tls),
	[COEXIST_PROTOCOL_POP3] =
		PROTOCOL(pop3, "POP3", COEXIST_KEY_pop3_tls),
	[COEXIST_PROTOCOL_SUBMISSION] =
		PROTOCOL(submission, "SMTP", COEXIST_KEY_submission_tls),
	[COEXIST_PROTOCOL_SIEVE] =
		PROTOCOL(sieve, "ManageSieve", COEXIST_KEY_sieve_tls),
	[COEXIST_PROTOCOL_WEBMAIL] =
		PROTOCOL(webmail, "Webmail", COEXIST_KEY_COUNT),
};

enum coexist_protocol coexist_protocol_find(const char *name)
{
	static const struct {
		char name[12];
		enum coexist_protocol protocol;
	} services[] = {
		{ "imap", COEXIST_PROTOCOL_IMAP },
		{ "pop3", COEXIST_PROTOCOL_POP3 },
		{ "submission", COEXIST_PROTOCOL_SUBMISSION },
		{ "smtp", COEXIST_PROTOCOL_SUBMISSION },
		{ "sieve", COEXIST_PROTOCOL_SIEVE },
		/* a session's, whose login was one by "sieve" */
		{ "managesieve", COEXIST_PROTOCOL_SIEVE },
	};
	size_t i;

	for (i = 0; name != NULL && i < sizeof(services) / sizeof(services[0]);
	     i++) {
		/* the auth client says the name: another case is no way in */
		if (strcasecmp(name, services[i].name) == 0)
			return services[i].protocol;
	}
	return COEXIST_PROTOCOL_OTHER;
}

const char *coexist_protocol_name(enum coexist_protocol protocol)
{
	return protocol == COEXIST_PROTOCOL_OTHER ? NULL :
		protocols[protocol].name;
}

const char *coexist_protocol_label(enum coexist_protocol protocol)
{
	return protocol == COEXIST_PROTOCOL_OTHER ? "mail access" :
		protocols[protocol].label;
}

enum coexist_key coexist_protocol_until(enum coexist_protocol protocol)
{
	return protocols[protocol].until;
}

enum coexist_key coexist_protocol_max_sessions(enum coexist_protocol protocol)
{
	return protocols[protocol].max_sessions;
}

uint64_t coexist_policy_until(const struct coexist_policy *policy,
			      enum coexist_protocol protocol)
{
	return coexist_policy_number(policy, protocols[protocol].until);
}

static bool
is_outside(const struct coexist_policy *policy, enum coexist_key key,
	   const struct coexist_login *login)
{
	const char *networks = coexist_policy_text(policy, key);

	return *networks != '\0' &&
		(login->in_networks == NULL ||
		 !login->in_networks(login->context, networks));
}

static bool
has_ended(const struct coexist_policy *policy, enum coexist_key key,
	  uint64_t today)
{
	uint64_t until = coexist_policy_number(policy, key);

	return until != COEXIST_DATE_NONE && today >= until;
}

static bool
lacks_tls(const struct coexist_policy *policy, enum coexist_key key,
	  const struct coexist_login *login)
{
	return key != COEXIST_KEY_COUNT && !login->tls &&
		coexist_policy_number(policy, key) == COEXIST_TLS_REQUIRED;
}

static void
refuse(struct coexist_decision *decision_r, enum coexist_refusal refusal,
       enum coexist_key key)
{
	decision_r->refusal = refusal;
	decision_r->key = key;
}

void coexist_policy_decide(const struct coexist_policy *policy,
			   const struct coexist_login *login,
			   struct coexist_decision *decision_r)
{
	const struct protocol *keys;

	decision_r->refusal = COEXIST_REFUSAL_NONE;
	if (login->protocol == COEXIST_PROTOCOL_OTHER)
		return;

	keys = &protocols[login->protocol];
	if (coexist_policy_number(policy, keys->access) !=
	    COEXIST_ACCESS_ALLOW)
		refuse(decision_r, COEXIST_REFUSAL_ACCESS, keys->access);
	else if (has_ended(policy, keys->until, login->today))
		refuse(decision_r, COEXIST_REFUSAL_UNTIL, keys->until);
	else if (is_outside(policy, keys->networks, login))
		refuse(decision_r, COEXIST_REFUSAL_NETWORK, keys->networks);
	else if (lacks_tls(policy, keys->tls, login))
		refuse(decision_r, COEXIST_REFUSAL_TLS, keys->tls);
}

static bool
is_open(const struct coexist_policy *policy, enum coexist_protocol protocol,
	uint64_t day)
{
	return coexist_policy_number(policy, protocols[protocol].access) ==
		COEXIST_ACCESS_ALLOW &&
		!has_ended(policy, protocols[protocol].until, day);
}

enum coexist_protocol
coexist_protocol_instead(const struct coexist_policy *policy,
			 enum coexist_protocol protocol, uint64_t day)
{
	if (protocol == COEXIST_PROTOCOL_SUBMISSION ||
	    protocol == COEXIST_PROTOCOL_SIEVE)
		return COEXIST_PROTOCOL_OTHER;
	if (protocol != COEXIST_PROTOCOL_IMAP &&
	    is_open(policy, COEXIST_PROTOCOL_IMAP, day))
		return COEXIST_PROTOCOL_IMAP;
	if (protocol != COEXIST_PROTOCOL_POP3 &&
	    is_open(policy, COEXIST_PROTOCOL_POP3, day))
		return COEXIST_PROTOCOL_POP3;
	return COEXIST_PROTOCOL_OTHER;
}

static bool
protocol_decides(const struct protocol *protocol, enum coexist_key key)
{
	return key == protocol->access || key == protocol->until ||
		key == protocol->networks || key == protocol->tls;
}

bool coexist_key_decides(enum coexist_key key)
{
	unsigned int i;

	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
		if (protocol_decides(&protocols[i], key))
			return true;
	}
	return false;
}

static bool is_named(const struct coexist_policy *policy, enum coexist_key key)
{
	return policy->entries[key].scope != NULL;
}

bool coexist_policy_names_decision(const struct coexist_policy *policy,
				   enum coexist_protocol protocol)
{
	const struct protocol *keys = &protocols[protocol];

	return protocol != COEXIST_PROTOCOL_OTHER &&
		(is_named(policy, keys->access) ||
		 is_named(policy, keys->until) ||
		 is_named(policy, keys->networks) ||
		 (keys->tls != COEXIST_KEY_COUNT &&
		  is_named(policy, keys->tls)));
}

bool coexist_session_obeys(enum coexist_protocol protocol, bool gate_decided,
			   enum coexist_key key)
{
	switch (coexist_policy_keys[key].obeyed) {
	case COEXIST_OBEYED_GATE:
		return false;
	case COEXIST_OBEYED_LOGIN:
		/* what is no protocol's is all logins': deny_text */
		return !gate_decided && protocol != COEXIST_PROTOCOL_OTHER &&
			(protocol_decides(&protocols[protocol], key) ||
			 !coexist_key_decides(key));
	case COEXIST_OBEYED_POP3:
		return protocol == COEXIST_PROTOCOL_POP3;
	case COEXIST_OBEYED_MAILDROP:
		return protocol == COEXIST_PROTOCOL_POP3 ||
			protocol == COEXIST_PROTOCOL_OTHER;
	case COEXIST_OBEYED_ENFORCED:
	case COEXIST_OBEYED_DELIVERY:
		return true;
	}
	return false;
}

bool coexist_delivery_obeys(enum coexist_key key)
{
	return coexist_policy_keys[key].obeyed == COEXIST_OBEYED_DELIVERY;
}

enum coexist_refusal_text
coexist_decision_text(const struct coexist_policy *policy,
		      const struct coexist_decision *decision)
{
	switch (decision->refusal) {
	case COEXIST_REFUSAL_ACCESS:
		if (coexist_policy_number(policy, decision->key) ==
		    COEXIST_ACCESS_SUSPEND)
			return COEXIST_TEXT_suspend;
		break;
	case COEXIST_REFUSAL_UNTIL:
		return COEXIST_TEXT_until;
	case COEXIST_REFUSAL_NETWORK:
		return COEXIST_TEXT_network;
	case COEXIST_REFUSAL_TLS:
		return COEXIST_TEXT_tls;
	case COEXIST_REFUSAL_SESSIONS:
		return COEXIST_TEXT_max_sessions;
	case COEXIST_REFUSAL_NONE:
		break;
	}
	return COEXIST_TEXT_deny;
}
