/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-tell.h. */

#include "lib.h"
#include "admin-tell.h"
#include "doveadm.h"
#include "admin-judge.h"
#include "admin-print.h"
#include "coexist-admin.h"
#include "tell-signal.h"

#include <unistd.h>

/* More sessions than this end only if somebody says so. */
#define BRAKE_SESSIONS 50
#define LOOK_MIN_USECS (10 * 1000)
#define LOOK_MAX_USECS (100 * 1000)

/* Telling */

/* Returns TRUE if the target is told again: until it is gone, or, if nobody knows
   whether it has to go, once. */
static bool is_told_again(const struct coexist_teller *teller,
			  const struct coexist_target *target)
{
	return target->ends ||
		(coexist_teller_has_order(teller) && target->told == 1 &&
		 coexist_target_has_signal(&target->session));
}

static void targets_tell(struct coexist_teller *teller)
{
	uint64_t now = coexist_tell_now_usecs();
	struct coexist_target *target;
	unsigned int i;

	for (i = 0; (target = coexist_target_at(teller, i)) != NULL; i++) {
		if (target->left > 0 &&
		    (target->told_usecs == 0 ||
		     (is_told_again(teller, target) &&
		      now - target->told_usecs > COEXIST_TELL_AGAIN_USECS)))
			coexist_target_tell(teller, target);
	}
}

/* Returns TRUE while somebody is there whose end may be waited for, or who is to be
   told again. */
static bool is_waiting(const struct coexist_teller *teller)
{
	const struct coexist_target *target;
	unsigned int i;

	for (i = 0; (target = coexist_target_at(teller, i)) != NULL; i++) {
		if (target->left > 0 && !target->has_failed &&
		    is_told_again(teller, target) &&
		    (!target->session.is_hibernated ||
		     *target->session.guid != '\0'))
			return TRUE;
	}
	return FALSE;
}

/* Looks a second time in any case, for those who logged in between the first list
   and the change. */
static void targets_wait(struct coexist_teller *teller)
{
	unsigned int usecs = LOOK_MIN_USECS, looks = 0;
	uint64_t begin;

	do {
		usleep(usecs);
		begin = coexist_tell_now_usecs();
		if (coexist_teller_list(teller) <= 0)
			return;
		coexist_targets_look(teller);
		/* who was kicked may come back */
		if (looks++ == 0 || !teller->is_kick)
			coexist_targets_add(teller);
		targets_tell(teller);
		/* a long list is not asked for without a pause */
		usecs = (unsigned int)
			I_MIN(I_MAX(usecs * 2,
				    (coexist_tell_now_usecs() - begin) * 4),
			      LOOK_MAX_USECS);
	} while (teller->waits && is_waiting(teller) &&
		 coexist_tell_now_usecs() < teller->deadline_usecs);
}

/* The result */

static const char *state_name(const struct coexist_target *target, bool is_gone)
{
	return is_gone ? "ended" :
		target->session.is_hibernated ? "hibernated" : "open";
}

static void print_columns(void)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("user"),
		COEXIST_TEXT_COLUMN("protocol"),
		COEXIST_TEXT_COLUMN("address"),
		COEXIST_TEXT_COLUMN("state")
	};

	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	COEXIST_PRINT_COLUMNS(columns);
}

static void print_target(const struct coexist_target *target)
{
	unsigned int i, gone = target->session.count - target->left;

	for (i = 0; i < target->session.count; i++) {
		doveadm_print(target->session.user);
		doveadm_print(coexist_protocol_name(target->session.protocol));
		doveadm_print(target->session.address);
		doveadm_print(state_name(target, i < gone));
	}
}

/* A change says who is still there, and nothing else. */
static void targets_print(const struct coexist_teller *teller)
{
	const struct coexist_target *target;
	unsigned int i;
	bool has_columns = teller->is_kick;

	if (has_columns)
		print_columns();
	for (i = 0; (target = coexist_target_at(teller, i)) != NULL; i++) {
		if (!teller->is_kick && (target->left == 0 || !target->ends))
			continue;
		if (!has_columns)
			print_columns();
		has_columns = TRUE;
		print_target(target);
	}
}

/* Says whose sessions were told without a forecast: what was stored is stored, and they
   decide themselves. A kick by the policy has not done what it was asked for. */
static void unasked_say(const struct coexist_teller *teller)
{
	const char *user, *text;
	unsigned int count = teller->judge == NULL ? 0 :
		coexist_admin_judge_unasked(teller->judge, &user);

	if (count == 0)
		return;
	text = t_strdup_printf("The userdb does not answer, so whether it has "
			       "other words for %s%s is not known: their "
			       "sessions are told, decide themselves when it "
			       "answers, and are not waited for",
			       user, count == 1 ? "" :
			       t_strdup_printf(" and %u other users",
					       count - 1));
	if (teller->is_command)
		coexist_admin_fail(teller->admin, EX_TEMPFAIL, "%s", text);
	else
		coexist_admin_warn_once(teller->admin, text);
}

/* The whole */

static void
teller_init_scope(struct coexist_teller *teller, struct coexist_admin *admin,
		  const struct coexist_admin_scope *scope)
{
	coexist_teller_init(teller, admin);
	if (scope->kind == COEXIST_ADMIN_SCOPE_MAILBOX)
		teller->whose.user = scope->name;
	else if (scope->kind == COEXIST_ADMIN_SCOPE_DOMAIN)
		teller->whose.domain = scope->name;
}

/* Tells those who are there, and waits. */
static void teller_run(struct coexist_teller *teller)
{
	if (coexist_teller_list(teller) <= 0)
		return;
	coexist_targets_add(teller);
	targets_tell(teller);
	if (array_count(&teller->targets) > 0)
		targets_wait(teller);
	targets_print(teller);
	unasked_say(teller);
}

/* Returns why it is not known of some sessions whether they end. */
static const char *doubt(const struct coexist_teller *teller)
{
	const char *user;

	return coexist_admin_judge_unasked(teller->judge, &user) > 0 ?
		"the userdb does not answer" :
		"doveadm does not know whether they use TLS or are of webmail";
}

/* Returns 0, or -1 after an error if it is not to be. */
static int brake(struct coexist_teller *teller)
{
	const struct doveadm_cmd_context *cctx = teller->admin->cctx;
	unsigned int ends, may_end;
	int ret;

	if (teller->log_only || coexist_admin_flag(cctx, "yes") ||
	    coexist_admin_flag(cctx, "confirm"))
		return 0;
	ret = coexist_teller_list(teller);
	if (ret < 0)
		return teller->is_command || teller->needs_list ? -1 : 0;
	if (ret == 0)
		return 0;
	coexist_teller_count(teller, &ends, &may_end);
	if (ends + may_end <= BRAKE_SESSIONS)
		return 0;
	coexist_admin_fail(teller->admin, EX_USAGE, "This ends %u open "
			   "sessions%s. Nothing was changed. Say --yes (over "
			   "the HTTP API: confirm) if that is meant", ends,
			   may_end == 0 ? "" : t_strdup_printf(
				", and may end %u more, as %s", may_end,
				doubt(teller)));
	return -1;
}

static int brake_judged(struct coexist_teller *teller)
{
	int ret;

	/* without a list, a change that is made says so then */
	teller->has_warned = TRUE;
	ret = brake(teller);
	coexist_teller_deinit(teller);
	return ret;
}

int coexist_admin_tell_brake(struct coexist_admin *admin,
			     const struct coexist_admin_scope *scope,
			     const struct coexist_document *document)
{
	struct coexist_teller teller;

	teller_init_scope(&teller, admin, scope);
	teller.judge = coexist_admin_judge_new(admin, scope, TRUE, document);
	/* one mailbox has not many */
	teller.needs_list = scope->kind != COEXIST_ADMIN_SCOPE_MAILBOX &&
		coexist_admin_judge_is_about_logins(teller.judge);
	return brake_judged(&teller);
}

int coexist_admin_tell_brake_changes(struct coexist_admin *admin,
				     const struct coexist_admin_changes *changes)
{
	struct coexist_teller teller;

	coexist_teller_init(&teller, admin);
	teller.changes = changes;
	teller.judge = coexist_admin_judge_new_changes(admin, changes);
	teller.needs_list = TRUE;
	return brake_judged(&teller);
}

static void tell_judged(struct coexist_teller *teller)
{
	if (doveadm_exit_code == 0)
		teller_run(teller);
	coexist_teller_deinit(teller);
}

void coexist_admin_tell(struct coexist_admin *admin,
			const struct coexist_admin_scope *scope)
{
	struct coexist_teller teller;

	teller_init_scope(&teller, admin, scope);
	teller.judge = coexist_admin_judge_new(admin, scope, FALSE, NULL);
	tell_judged(&teller);
}

void coexist_admin_tell_changes(struct coexist_admin *admin,
				const struct coexist_admin_changes *changes)
{
	struct coexist_teller teller;

	coexist_teller_init(&teller, admin);
	teller.changes = changes;
	teller.judge = coexist_admin_judge_new(admin, NULL, FALSE, NULL);
	tell_judged(&teller);
}

void coexist_admin_kick_sessions(struct coexist_admin *admin,
				 const struct coexist_admin_kick *kick)
{
	struct coexist_teller teller;

	coexist_teller_init(&teller, admin);
	teller.is_command = TRUE;
	teller.whose = *kick;
	teller.is_kick = !kick->if_refused;
	if (teller.is_kick)
		teller.log_only = FALSE;
	else
		teller.judge = coexist_admin_judge_new(admin, NULL, FALSE,
						       NULL);
	if (brake(&teller) == 0)
		teller_run(&teller);
	coexist_teller_deinit(&teller);
}
