/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in session-guard.h. */

#include "lib.h"
#include "session-guard.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "coexist-event.h"
#include "coexist/day.h"
#include "compat-user.h"
#include "network-match.h"
#include "policy-decision.h"
#include "policy-handover.h"
#include "refusal-event.h"
#include "refusal-expand.h"
#include "refusal-line.h"
#include "refusal-log.h"
#include "session-end.h"
#include "session-policy.h"
#include "user-hooks.h"
#include "userdb-fields.h"

#define COEXIST_GUARD_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, coexist_guard_user_module)
#define COEXIST_GUARD_USER_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, coexist_guard_user_module)

struct coexist_guard_user {
	union mail_user_module_context module_ctx;
	const char *reason;
	const char *error;
	bool taken_over;
};

static MODULE_CONTEXT_DEFINE_INIT(coexist_guard_user_module,
				  &mail_user_module_register);

static const char *
refusal_text(const struct coexist_policy *policy,
	     enum coexist_protocol protocol,
	     const struct coexist_decision *decision)
{
	const char *own = coexist_policy_text(policy, COEXIST_KEY_deny_text);
	const char *text = *own != '\0' ? own : coexist_refusal_english(
		coexist_decision_text(policy, decision));
	const struct coexist_refusal_values values = {
		.protocol = coexist_protocol_label(protocol),
		.date = coexist_policy_text(policy, decision->key)
	};

	return coexist_refusal_expand(text, &values);
}

/* Returns TRUE for a program that somebody started on this host and that nobody
   logged in to: IMAP that says PREAUTH, through ssh for example. It has neither
   TLS nor an address, and who starts it may read the mails. */
bool coexist_guard_is_local(const struct mail_user *user)
{
	const struct ip_addr *address = user->conn.remote_ip;

	return user->auth_mech == NULL &&
		(address == NULL || address->family == 0);
}

static bool in_networks(void *context, const char *networks)
{
	struct mail_user *user = context;

	return coexist_guard_is_local(user) || coexist_network_match(networks, user->conn.remote_ip);
}

/* Returns TRUE if somebody else logged in to this mailbox. auth_user alone does
   not say so: it is also the owner's name as the client wrote it. */
bool coexist_guard_is_master_login(const struct mail_user *user)
{
	const char *master = coexist_userdb_fields_find(user->userdb_fields,
							"master_user");

	return master != NULL && user->auth_user != NULL &&
		strcmp(master, user->auth_user) == 0 &&
		strcmp(master, user->username) != 0;
}

/* Returns why the guard has nothing to decide about the login, or NULL. */
static const char *
exempt_reason(struct mail_user *user, enum coexist_protocol protocol)
{
	if (protocol == COEXIST_PROTOCOL_OTHER || user->autocreated)
		return "it is no login";
	if (coexist_guard_is_master_login(user))
		return "it is one of a master user";
	return coexist_handover_find_gate(user->userdb_fields) != NULL ?
		"the gate has decided" : NULL;
}

static const char *
refusal_log(const struct mail_user *user, const struct coexist_policy *policy,
	    enum coexist_protocol protocol, enum coexist_key key)
{
	const struct coexist_refused_login login = {
		.user = user->username,
		.protocol = protocol,
		.client = user->conn.remote_ip
	};

	struct coexist_refusal_cause cause;

	coexist_refusal_cause_key(policy, key, &cause);
	coexist_refusal_event_send(user->event, &login, &cause);
	return coexist_refusal_log(&login, cause.log);
}

static const char *
refusal_line(const struct coexist_policy *policy, enum coexist_protocol protocol,
	     const struct coexist_decision *decision)
{
	return coexist_refusal_line(protocol,
				    coexist_decision_text(policy, decision),
				    /*relayed=*/FALSE,
				    refusal_text(policy, protocol, decision));
}

static void
refuse(struct mail_user *user, const struct coexist_policy *policy,
       enum coexist_protocol protocol, const struct coexist_decision *decision)
{
	struct coexist_guard_user *guser;

	guser = p_new(user->pool, struct coexist_guard_user, 1);
	guser->reason = p_strdup(user->pool,
		refusal_line(policy, protocol, decision));
	guser->error = p_strdup(user->pool,
		refusal_log(user, policy, protocol, decision->key));
	MODULE_CONTEXT_SET(user, coexist_guard_user_module, guser);
	coexist_session_end_cancel(user);
	coexist_user_hooks_add(user, COEXIST_HOOKS_GUARD);

	/* no later place to end the session of other protocols */
	if (protocol != COEXIST_PROTOCOL_POP3 &&
	    protocol != COEXIST_PROTOCOL_IMAP)
		user->error = guser->error;
}

static void decide(struct mail_user *user, const struct coexist_policy *policy,
		   struct coexist_decision *decision_r)
{
	const struct coexist_login login = {
		.protocol = coexist_protocol_find(user->service),
		.tls = coexist_user_was_tls(user) || coexist_guard_is_local(user),
		.today = coexist_day(ioloop_time),
		.in_networks = in_networks,
		.context = user
	};

	coexist_policy_decide(policy, &login, decision_r);
}

void coexist_guard_user_created(struct mail_user *user)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);
	enum coexist_protocol protocol = coexist_protocol_find(user->service);
	const char *reason = exempt_reason(user, protocol);
	struct coexist_decision decision;

	if (policy == NULL)
		return;
	if (reason != NULL) {
		coexist_trace(user, "The session is not refused: %s", reason);
		return;
	}
	decide(user, policy, &decision);
	if (decision.refusal == COEXIST_REFUSAL_NONE) {
		coexist_trace(user, "The session is not refused: "
			      "its policy lets it pass");
		return;
	}
	coexist_trace(user, "The session is refused by %s",
		      coexist_policy_keys[decision.key].name);
	T_BEGIN {
		refuse(user, policy, protocol, &decision);
	} T_END;
}

const char *
coexist_guard_decide_again(struct mail_user *user, const char *const *fields,
			   const char **why_r)
{
	enum coexist_protocol protocol = coexist_protocol_find(user->service);
	const struct coexist_policy *policy;
	struct coexist_refusal_cause cause;
	struct coexist_decision decision;

	if (protocol == COEXIST_PROTOCOL_OTHER || user->autocreated ||
	    coexist_guard_is_master_login(user))
		return NULL;
	policy = coexist_session_policy_merge(user, fields);
	decide(user, policy, &decision);
	if (decision.refusal == COEXIST_REFUSAL_NONE)
		return NULL;
	coexist_refusal_cause_key(policy, decision.key, &cause);
	*why_r = cause.log;
	return refusal_line(policy, protocol, &decision);
}

void coexist_guard_namespace_storage_added(struct mail_namespace *ns)
{
	struct mail_user *user = ns->user;
	struct coexist_guard_user *guser = COEXIST_GUARD_USER_CONTEXT(user);

	if (guser != NULL && !guser->taken_over && user->error == NULL)
		user->error = guser->error;
}

enum coexist_guard_mode coexist_guard_get_mode(struct mail_user *user)
{
	const char *gate = coexist_handover_find_gate(user->userdb_fields);

	if (user->autocreated)
		return COEXIST_GUARD_EXEMPT;
	if (gate == NULL) {
		return coexist_guard_is_master_login(user) ?
			COEXIST_GUARD_EXEMPT : COEXIST_GUARD_ENFORCE;
	}
	if (strcmp(gate, COEXIST_USERDB_GATE_LOG_ONLY) == 0)
		return COEXIST_GUARD_LOG_ONLY;
	return strcmp(gate, COEXIST_USERDB_GATE_EXEMPT) == 0 ?
		COEXIST_GUARD_EXEMPT : COEXIST_GUARD_ENFORCE;
}

bool coexist_guard_is_owner(const struct mail_user *user)
{
	return !coexist_guard_is_local(user) &&
		!coexist_guard_is_master_login(user);
}

const char *coexist_guard_get_reason(struct mail_user *user)
{
	struct coexist_guard_user *guser = COEXIST_GUARD_USER_CONTEXT(user);

	return guser == NULL ? NULL : guser->reason;
}

const char *coexist_guard_take_over(struct mail_user *user)
{
	struct coexist_guard_user *guser =
		COEXIST_GUARD_USER_CONTEXT_REQUIRE(user);

	guser->taken_over = TRUE;
	return guser->error;
}
