/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in tell-targets.h. */

#include "lib.h"
#include "tell-targets.h"
#include "doveadm.h"
#include "admin-judge.h"
#include "coexist-admin.h"
#include "policy-scopes.h"

void coexist_teller_init(struct coexist_teller *teller,
			 struct coexist_admin *admin)
{
	i_zero(teller);
	teller->admin = admin;
	teller->whose.protocol = COEXIST_PROTOCOL_OTHER;
	teller->log_only = coexist_site_number(&admin->config,
					       COEXIST_SITE_log_only) != 0;
	teller->waits = !coexist_admin_flag(admin->cctx, "no-wait");
	teller->pool = pool_alloconly_create("coexist targets", 4 * 1024);
	teller->list_pool = pool_alloconly_create("coexist sessions",
						  16 * 1024);
	i_array_init(&teller->targets, 16);
	i_array_init(&teller->sessions, 64);
}

void coexist_teller_deinit(struct coexist_teller *teller)
{
	if (teller->judge != NULL)
		coexist_admin_judge_free(teller->judge);
	array_free(&teller->targets);
	array_free(&teller->sessions);
	pool_unref(&teller->list_pool);
	pool_unref(&teller->pool);
}

struct coexist_target *
coexist_target_at(const struct coexist_teller *teller, unsigned int i)
{
	return i >= array_count(&teller->targets) ? NULL :
		array_idx_modifiable(&teller->targets, i);
}

const struct coexist_open_session *
coexist_teller_session_at(const struct coexist_teller *teller, unsigned int i)
{
	return i >= array_count(&teller->sessions) ? NULL :
		array_idx(&teller->sessions, i);
}

/* Whom it concerns */

static bool is_in_domain(const char *user, const char *domain)
{
	const char *own = coexist_policy_scope_domain(user);

	return own != NULL && strcmp(own, domain) == 0;
}

static bool is_concerned(const struct coexist_admin_kick *whose,
			 const struct coexist_open_session *session)
{
	return (whose->user == NULL ||
		strcmp(session->user, whose->user) == 0) &&
		(whose->domain == NULL ||
		 is_in_domain(session->user, whose->domain)) &&
		(whose->protocol == COEXIST_PROTOCOL_OTHER ||
		 session->protocol == whose->protocol);
}

/* Returns TRUE if a document of the user's changes. */
static bool
changes_concern(const struct coexist_admin_changes *changes, const char *user)
{
	const char *text, *key, *domain = coexist_policy_scope_domain(user);
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		key = coexist_policy_scope_key(i, user, domain);
		if (key != NULL && changes->find(changes->context, key, &text))
			return TRUE;
	}
	return FALSE;
}

static enum coexist_admin_verdict
verdict_find(struct coexist_teller *teller,
	     const struct coexist_open_session *session)
{
	if (!is_concerned(&teller->whose, session) ||
	    (teller->changes != NULL &&
	     !changes_concern(teller->changes, session->user)))
		return COEXIST_ADMIN_STAYS;
	if (teller->is_kick)
		return COEXIST_ADMIN_ENDS;
	return coexist_admin_judge_session(teller->judge, session);
}

/* What was stored is stored, so that is a warning. */
static void list_failed(struct coexist_teller *teller, const char *error)
{
	if (teller->is_command) {
		coexist_admin_fail(teller->admin, EX_NOPERM,
				   "Can't list the open sessions: %s", error);
	} else if (teller->needs_list) {
		coexist_admin_fail(teller->admin, EX_NOPERM,
				   "Can't list the open sessions, so how many "
				   "this ends is not known: %s. Nothing was "
				   "changed. Say --yes (over the HTTP API: "
				   "confirm) if that is meant", error);
	} else if (!teller->has_warned) {
		e_warning(teller->admin->event, "Can't list the open sessions, "
			  "so they obey at their next recheck_interval: %s",
			  error);
		teller->has_warned = TRUE;
	}
}

int coexist_teller_list(struct coexist_teller *teller)
{
	const char *error;
	int ret;

	array_clear(&teller->sessions);
	p_clear(teller->list_pool);
	ret = coexist_admin_sessions_read(teller->admin, teller->list_pool,
					  &teller->sessions, &error);
	if (ret < 0)
		list_failed(teller, error);
	return ret;
}

/* The targets */

static const struct coexist_open_session *
session_find(const struct coexist_teller *teller,
	     const struct coexist_target *target)
{
	const struct coexist_open_session *session;
	unsigned int i;

	for (i = 0; (session = coexist_teller_session_at(teller, i)) != NULL;
	     i++) {
		if (coexist_open_session_is(session, &target->session))
			return session;
	}
	return NULL;
}

void coexist_targets_look(struct coexist_teller *teller)
{
	const struct coexist_open_session *session;
	struct coexist_target *target;
	unsigned int i;

	for (i = 0; (target = coexist_target_at(teller, i)) != NULL; i++) {
		session = target->left == 0 ? NULL :
			session_find(teller, target);
		/* others like them may have come since */
		target->left = session == NULL ? 0 :
			I_MIN(target->left, session->count);
	}
}

static void session_dup(pool_t pool, const struct coexist_open_session *from,
			struct coexist_open_session *to_r)
{
	*to_r = *from;
	to_r->user = p_strdup(pool, from->user);
	to_r->service = p_strdup(pool, from->service);
	to_r->address = p_strdup(pool, from->address);
	to_r->guid = p_strdup(pool, from->guid);
}

static bool is_target(const struct coexist_teller *teller,
		      const struct coexist_open_session *session)
{
	const struct coexist_target *target;
	unsigned int i;

	for (i = 0; (target = coexist_target_at(teller, i)) != NULL; i++) {
		if (coexist_open_session_is(session, &target->session))
			return TRUE;
	}
	return FALSE;
}

void coexist_targets_add(struct coexist_teller *teller)
{
	const struct coexist_open_session *session;
	enum coexist_admin_verdict verdict;
	struct coexist_target *target;
	unsigned int i;

	for (i = 0; (session = coexist_teller_session_at(teller, i)) != NULL;
	     i++) {
		if (is_target(teller, session))
			continue;
		verdict = verdict_find(teller, session);
		/* the userdb alone may have changed */
		if (verdict == COEXIST_ADMIN_STAYS &&
		    !(teller->whose.if_refused &&
		      is_concerned(&teller->whose, session)))
			continue;
		target = array_append_space(&teller->targets);
		session_dup(teller->pool, session, &target->session);
		target->left = session->count;
		target->ends = verdict == COEXIST_ADMIN_ENDS &&
			!teller->log_only;
	}
}

void coexist_teller_count(struct coexist_teller *teller, unsigned int *ends_r,
			  unsigned int *may_end_r)
{
	const struct coexist_open_session *session;
	unsigned int i;

	*ends_r = *may_end_r = 0;
	for (i = 0; (session = coexist_teller_session_at(teller, i)) != NULL;
	     i++) {
		switch (verdict_find(teller, session)) {
		case COEXIST_ADMIN_STAYS:
			break;
		case COEXIST_ADMIN_MAY_END:
			*may_end_r += session->count;
			break;
		case COEXIST_ADMIN_ENDS:
			*ends_r += session->count;
			break;
		}
	}
}
