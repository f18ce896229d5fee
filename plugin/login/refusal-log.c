/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in refusal-log.h. */

#include "lib.h"
#include "refusal-log.h"
#include "net.h"
#include "logged-name.h"
#include "logged-value.h"

const char *coexist_refusal_log(const struct coexist_refused_login *login,
				const char *reason)
{
	return t_strdup_printf("coexist: %s user=<%s> protocol=%s client=%s %s",
			       login->log_only ? "would refuse" :
			       login->is_open ? "ended" : "refused",
			       coexist_logged_name(login->user),
			       coexist_protocol_name(login->protocol),
			       login->client == NULL ? "" :
			       net_ip2addr(login->client), reason);
}

void coexist_refusal_cause_key(const struct coexist_policy *policy,
			       enum coexist_key key,
			       struct coexist_refusal_cause *cause_r)
{
	const struct coexist_policy_entry *entry = &policy->entries[key];

	cause_r->reason = coexist_policy_keys[key].name;
	cause_r->scope = entry->scope == NULL ? "the built-in default" :
		entry->scope->name;
	cause_r->log = t_strdup_printf("%s=%s set-by=\"%s\"", cause_r->reason,
				       coexist_logged_value(entry->text),
				       cause_r->scope);
}
