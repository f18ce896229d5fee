/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-tell.h. */

#include "lib.h"
#include "admin-tell.h"
#include "doveadm.h"
#include "ioloop.h"
#include "admin-judge.h"
#include "admin-print.h"
#include "admin-sessions.h"
#include "coexist-admin.h"
#include "live-signal.h"
#include "policy-scopes.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* More sessions than this end only if somebody says so. */
#define BRAKE_SESSIONS 50
/* The pace: so many at once, a hundred a second. */
#define PACE_SESSIONS 10
#define PACE_USECS (100 * 1000)
/* Busy sessions take some seconds (live-session.c). */
#define WAIT_USECS (6 * 1000 * 1000)
#define LOOK_MIN_USECS (10 * 1000)
#define LOOK_MAX_USECS (100 * 1000)
/* The system keeps one signal of several, and a process may have been started just
   now: who is still there is told again. */
#define AGAIN_USECS (500 * 1000)

/* A session that is concerned. */
struct target {
	struct coexist_open_session session;
	bool ends;
	uint64_t told_usecs;
	unsigned int told;
	/* of those that are alike, how many are still in anvil's list */
	unsigned int left;
	/* nobody could tell it */
	bool has_failed;
};

struct teller {
	struct coexist_admin *admin;
	struct coexist_admin_judge *judge;
	struct coexist_admin_kick whose;
	/* only whose documents change, or NULL */
	const struct coexist_admin_changes *changes;
	/* ends whatever the policy says */
	bool is_kick;
	/* nothing else is done but to tell */
	bool is_command;
	bool has_warned;
	bool log_only;
	bool waits;

	/* of the targets, and of anvil's last list */
	pool_t pool, list_pool;
	ARRAY(struct target) targets;
	/* anvil's last list */
	ARRAY_TYPE(coexist_open_session) sessions;
	/* how long to wait for those who were told so far */
	uint64_t deadline_usecs;
	unsigned int paced;
};

/* Returns the target or the session, or NULL behind the last one. */
static struct target *target_at(const struct teller *teller, unsigned int i)
{
	return i >= array_count(&teller->targets) ? NULL :
		array_idx_modifiable(&teller->targets, i);
}

static const struct coexist_open_session *
session_at(const struct teller *teller, unsigned int i)
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
verdict_find(struct teller *teller, const struct coexist_open_session *session)
{
	if (!is_concerned(&teller->whose, session) ||
	    (teller->changes != NULL &&
	     !changes_concern(teller->changes, session->user)))
		return COEXIST_ADMIN_STAYS;
	if (teller->is_kick)
		return COEXIST_ADMIN_ENDS;
	return coexist_admin_judge_session(teller->judge, session);
}

static int sessions_list(struct teller *teller)
{
	const char *error;
	int ret;

	array_clear(&teller->sessions);
	p_clear(teller->list_pool);
	ret = coexist_admin_sessions_read(teller->admin, teller->list_pool,
					  &teller->sessions, &error);
	if (ret < 0 && teller->is_command) {
		coexist_admin_fail(teller->admin, EX_NOPERM,
				   "Can't list the open sessions: %s", error);
	} else if (ret < 0 && !teller->has_warned) {
		/* what was stored is stored */
		e_warning(teller->admin->event, "Can't list the open sessions, "
			  "so they obey at their next recheck_interval: %s",
			  error);
		teller->has_warned = TRUE;
	}
	return ret;
}

/* Telling */

static uint64_t now_usecs(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		i_fatal("clock_gettime() failed: %m");
	return (uint64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static const char *session_describe(const struct coexist_open_session *session)
{
	return t_strdup_printf("%s of %s from %s (process %ld)",
			       session->service, session->user,
			       *session->address == '\0' ? "here" :
			       session->address, (long)session->pid);
}

/* Returns whose process this is, for who may not send it a signal. */
static const char *owner_describe(pid_t pid)
{
	struct stat st;

	return stat(t_strdup_printf("/proc/%ld", (long)pid), &st) < 0 ?
		"its user" : t_strdup_printf("uid %ld", (long)st.st_uid);
}

static void tell_failed(struct teller *teller, struct target *target)
{
	target->has_failed = TRUE;
	coexist_admin_fail(teller->admin, EX_NOPERM,
			   "Can't tell the session %s: kill() failed: %m. Run "
			   "doveadm as root or as %s; it obeys at its next "
			   "recheck_interval at the latest",
			   session_describe(&target->session),
			   owner_describe(target->session.pid));
}

/* Returns TRUE if all sessions of the process are this user's. */
static bool is_alone(const struct teller *teller,
		     const struct coexist_open_session *session)
{
	const struct coexist_open_session *other;
	unsigned int i;

	for (i = 0; (other = session_at(teller, i)) != NULL; i++) {
		if (other->pid == session->pid &&
		    strcmp(other->user, session->user) != 0)
			return FALSE;
	}
	return TRUE;
}

/* Returns TRUE if the sessions of one user are told, and nobody else's of the process.
   Such an order may get lost, when another command's comes together with it, and is
   repeated. */
static bool has_order(const struct teller *teller)
{
	return teller->is_kick ||
		(teller->whose.user != NULL && teller->waits);
}

static bool was_told_lately(const struct teller *teller, pid_t pid, uint64_t now)
{
	const struct target *target;
	unsigned int i;

	for (i = 0; (target = target_at(teller, i)) != NULL; i++) {
		if (target->session.pid == pid && target->told_usecs != 0 &&
		    now - target->told_usecs < AGAIN_USECS)
			return TRUE;
	}
	return FALSE;
}

/* imap, pop3 and submission know the signal, in any process. */
static void signal_send(struct teller *teller, struct target *target)
{
	const struct coexist_open_session *session = &target->session;
	union sigval order = {
		.sival_int = (int)(coexist_live_user_hash(session->user) |
				   (teller->is_kick ? COEXIST_LIVE_KICK : 0))
	};
	int ret = 0;

	if (has_order(teller))
		ret = sigqueue(session->pid, COEXIST_LIVE_SIGNAL, order);
	else if (!was_told_lately(teller, session->pid, now_usecs()))
		ret = kill(session->pid, COEXIST_LIVE_SIGNAL);
	if (ret < 0 && errno != ESRCH)
		tell_failed(teller, target);
}

/* ManageSieve, and whoever sleeps, have no part that could decide: what anvil, or a
   process of its own, can end, is ended. */
static void other_end(struct teller *teller, struct target *target)
{
	const struct coexist_open_session *session = &target->session;
	const char *error;
	int ret = coexist_admin_session_kick(session, &error);

	if (ret < 0) {
		target->has_failed = TRUE;
		coexist_admin_fail(teller->admin, EX_NOPERM,
				   "Can't end the session %s: %s",
				   session_describe(session), error);
	} else if (ret == 0 && !session->is_hibernated &&
		   is_alone(teller, session)) {
		if (kill(session->pid, SIGTERM) < 0 && errno != ESRCH)
			tell_failed(teller, target);
	}
}

static bool has_signal(const struct coexist_open_session *session)
{
	return !session->is_hibernated &&
		(session->protocol == COEXIST_PROTOCOL_IMAP ||
		 session->protocol == COEXIST_PROTOCOL_POP3 ||
		 session->protocol == COEXIST_PROTOCOL_SUBMISSION);
}

static void target_tell(struct teller *teller, struct target *target)
{
	bool is_first = target->told_usecs == 0;

	if (target->has_failed)
		return;
	if (is_first && ++teller->paced % PACE_SESSIONS == 0)
		usleep(PACE_USECS);
	if (has_signal(&target->session))
		signal_send(teller, target);
	else if (target->ends && is_first)
		other_end(teller, target);
	target->told_usecs = now_usecs();
	target->told++;
	if (is_first)
		teller->deadline_usecs = target->told_usecs + WAIT_USECS;
}

/* Looking */

static const struct coexist_open_session *
session_find(const struct teller *teller, const struct target *target)
{
	const struct coexist_open_session *session;
	unsigned int i;

	for (i = 0; (session = session_at(teller, i)) != NULL; i++) {
		if (coexist_open_session_is(session, &target->session))
			return session;
	}
	return NULL;
}

static void targets_look(struct teller *teller)
{
	const struct coexist_open_session *session;
	struct target *target;
	unsigned int i;

	for (i = 0; (target = target_at(teller, i)) != NULL; i++) {
		session = target->left == 0 ? NULL :
			session_find(teller, target);
		/* others like them may have come since */
		target->left = session == NULL ? 0 :
			I_MIN(target->left, session->count);
	}
}

static void
session_dup(pool_t pool, const struct coexist_open_session *from,
	    struct coexist_open_session *to_r)
{
	*to_r = *from;
	to_r->user = p_strdup(pool, from->user);
	to_r->service = p_strdup(pool, from->service);
	to_r->address = p_strdup(pool, from->address);
	to_r->guid = p_strdup(pool, from->guid);
}

static bool is_target(const struct teller *teller,
		      const struct coexist_open_session *session)
{
	const struct target *target;
	unsigned int i;

	for (i = 0; (target = target_at(teller, i)) != NULL; i++) {
		if (coexist_open_session_is(session, &target->session))
			return TRUE;
	}
	return FALSE;
}

/* Adds those who are concerned and were not there before. */
static void targets_add(struct teller *teller)
{
	const struct coexist_open_session *session;
	enum coexist_admin_verdict verdict;
	struct target *target;
	unsigned int i;

	for (i = 0; (session = session_at(teller, i)) != NULL; i++) {
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

/* Returns TRUE if the target is told again: until it is gone, or, if nobody knows
   whether it has to go, once. */
static bool is_told_again(const struct teller *teller,
			  const struct target *target)
{
	return target->ends || (has_order(teller) && target->told == 1 &&
				has_signal(&target->session));
}

static void targets_tell(struct teller *teller)
{
	uint64_t now = now_usecs();
	struct target *target;
	unsigned int i;

	for (i = 0; (target = target_at(teller, i)) != NULL; i++) {
		if (target->left > 0 &&
		    (target->told_usecs == 0 ||
		     (is_told_again(teller, target) &&
		      now - target->told_usecs > AGAIN_USECS)))
			target_tell(teller, target);
	}
}

/* Returns TRUE while somebody is there whose end may be waited for, or who is to be
   told again. */
static bool is_waiting(const struct teller *teller)
{
	const struct target *target;
	unsigned int i;

	for (i = 0; (target = target_at(teller, i)) != NULL; i++) {
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
static void targets_wait(struct teller *teller)
{
	unsigned int usecs = LOOK_MIN_USECS, looks = 0;
	uint64_t begin;

	do {
		usleep(usecs);
		begin = now_usecs();
		if (sessions_list(teller) <= 0)
			return;
		targets_look(teller);
		/* who was kicked may come back */
		if (looks++ == 0 || !teller->is_kick)
			targets_add(teller);
		targets_tell(teller);
		/* a long list is not asked for without a pause */
		usecs = (unsigned int)I_MIN(I_MAX(usecs * 2,
			(now_usecs() - begin) * 4), LOOK_MAX_USECS);
	} while (teller->waits && is_waiting(teller) &&
		 now_usecs() < teller->deadline_usecs);
}

/* The result */

static const char *state_name(const struct target *target, bool is_gone)
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

static void print_target(const struct target *target)
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
static void targets_print(const struct teller *teller)
{
	const struct target *target;
	unsigned int i;
	bool has_columns = teller->is_kick;

	if (has_columns)
		print_columns();
	for (i = 0; (target = target_at(teller, i)) != NULL; i++) {
		if (!teller->is_kick && (target->left == 0 || !target->ends))
			continue;
		if (!has_columns)
			print_columns();
		has_columns = TRUE;
		print_target(target);
	}
}

/* The whole */

static void
teller_init(struct teller *teller, struct coexist_admin *admin)
{
	i_zero(teller);
	teller->admin = admin;
	teller->whose.protocol = COEXIST_PROTOCOL_OTHER;
	teller->log_only = coexist_site_number(&admin->config,
					       COEXIST_SITE_log_only) != 0;
	teller->waits = !coexist_admin_flag(admin->cctx, "no-wait");
	teller->pool = pool_alloconly_create("coexist targets", 4 * 1024);
	teller->list_pool = pool_alloconly_create("coexist sessions", 16 * 1024);
	i_array_init(&teller->targets, 16);
	i_array_init(&teller->sessions, 64);
}

static void
teller_init_scope(struct teller *teller, struct coexist_admin *admin,
		  const struct coexist_admin_scope *scope)
{
	teller_init(teller, admin);
	if (scope->kind == COEXIST_ADMIN_SCOPE_MAILBOX)
		teller->whose.user = scope->name;
	else if (scope->kind == COEXIST_ADMIN_SCOPE_DOMAIN)
		teller->whose.domain = scope->name;
}

static void teller_deinit(struct teller *teller)
{
	if (teller->judge != NULL)
		coexist_admin_judge_free(teller->judge);
	array_free(&teller->targets);
	array_free(&teller->sessions);
	pool_unref(&teller->list_pool);
	pool_unref(&teller->pool);
}

/* Tells those who are there, and waits. */
static void teller_run(struct teller *teller)
{
	if (sessions_list(teller) <= 0)
		return;
	targets_add(teller);
	targets_tell(teller);
	if (array_count(&teller->targets) > 0)
		targets_wait(teller);
	targets_print(teller);
}

/* Finds how many sessions end, and how many may. Whom only the userdb may refuse by now,
   nobody knows. */
static void
ends_count(struct teller *teller, unsigned int *ends_r, unsigned int *may_end_r)
{
	const struct coexist_open_session *session;
	unsigned int i;

	*ends_r = *may_end_r = 0;
	for (i = 0; (session = session_at(teller, i)) != NULL; i++) {
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

/* Returns 0, or -1 after an error if it is not to be. */
static int brake(struct teller *teller)
{
	const struct doveadm_cmd_context *cctx = teller->admin->cctx;
	unsigned int ends, may_end;
	int ret;

	if (teller->log_only || coexist_admin_flag(cctx, "yes") ||
	    coexist_admin_flag(cctx, "confirm"))
		return 0;
	ret = sessions_list(teller);
	if (ret <= 0)
		return ret < 0 && teller->is_command ? -1 : 0;
	ends_count(teller, &ends, &may_end);
	if (ends + may_end <= BRAKE_SESSIONS)
		return 0;
	coexist_admin_fail(teller->admin, EX_USAGE, "This ends %u open "
			   "sessions%s. Nothing was changed. Say --yes (over "
			   "the HTTP API: confirm) if that is meant", ends,
			   may_end == 0 ? "" : t_strdup_printf(
				", and may end %u more, as doveadm does not "
				"know whether they use TLS or are of webmail",
				may_end));
	return -1;
}

static int brake_judged(struct teller *teller)
{
	int ret;

	/* without a list, the change says so when it is made */
	teller->has_warned = TRUE;
	ret = brake(teller);
	teller_deinit(teller);
	return ret;
}

int coexist_admin_tell_brake(struct coexist_admin *admin,
			     const struct coexist_admin_scope *scope,
			     const struct coexist_document *document)
{
	struct teller teller;

	teller_init_scope(&teller, admin, scope);
	teller.judge = coexist_admin_judge_new(admin, scope, TRUE, document);
	return brake_judged(&teller);
}

int coexist_admin_tell_brake_changes(struct coexist_admin *admin,
				     const struct coexist_admin_changes *changes)
{
	struct teller teller;

	teller_init(&teller, admin);
	teller.changes = changes;
	teller.judge = coexist_admin_judge_new_changes(admin, changes);
	return brake_judged(&teller);
}

static void tell_judged(struct teller *teller)
{
	if (doveadm_exit_code == 0)
		teller_run(teller);
	teller_deinit(teller);
}

void coexist_admin_tell(struct coexist_admin *admin,
			const struct coexist_admin_scope *scope)
{
	struct teller teller;

	teller_init_scope(&teller, admin, scope);
	teller.judge = coexist_admin_judge_new(admin, scope, FALSE, NULL);
	tell_judged(&teller);
}

void coexist_admin_tell_changes(struct coexist_admin *admin,
				const struct coexist_admin_changes *changes)
{
	struct teller teller;

	teller_init(&teller, admin);
	teller.changes = changes;
	teller.judge = coexist_admin_judge_new(admin, NULL, FALSE, NULL);
	tell_judged(&teller);
}

void coexist_admin_kick(struct coexist_admin *admin,
			const struct coexist_admin_kick *kick)
{
	struct teller teller;

	teller_init(&teller, admin);
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
	teller_deinit(&teller);
}
