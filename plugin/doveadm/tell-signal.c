/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in tell-signal.h. */

#include "lib.h"
#include "tell-signal.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "live-signal.h"

#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The pace: so many at once, a hundred a second. */
#define PACE_SESSIONS 10
#define PACE_USECS (100 * 1000)
/* Busy sessions take some seconds (live-session.c). */
#define WAIT_USECS (6 * 1000 * 1000)

uint64_t coexist_tell_now_usecs(void)
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

static void
tell_failed(struct coexist_teller *teller, struct coexist_target *target)
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
static bool is_alone(const struct coexist_teller *teller,
		     const struct coexist_open_session *session)
{
	const struct coexist_open_session *other;
	unsigned int i;

	for (i = 0; (other = coexist_teller_session_at(teller, i)) != NULL;
	     i++) {
		if (other->pid == session->pid &&
		    strcmp(other->user, session->user) != 0)
			return FALSE;
	}
	return TRUE;
}

bool coexist_teller_has_order(const struct coexist_teller *teller)
{
	return teller->is_kick || (teller->whose.user != NULL && teller->waits);
}

static bool
was_told_lately(const struct coexist_teller *teller, pid_t pid, uint64_t now)
{
	const struct coexist_target *target;
	unsigned int i;

	for (i = 0; (target = coexist_target_at(teller, i)) != NULL; i++) {
		if (target->session.pid == pid && target->told_usecs != 0 &&
		    now - target->told_usecs < COEXIST_TELL_AGAIN_USECS)
			return TRUE;
	}
	return FALSE;
}

/* imap, pop3 and submission know the signal, in any process. */
static void
signal_send(struct coexist_teller *teller, struct coexist_target *target)
{
	const struct coexist_open_session *session = &target->session;
	union sigval order = {
		.sival_int = (int)(coexist_live_user_hash(session->user) |
				   (teller->is_kick ? COEXIST_LIVE_KICK : 0))
	};
	int ret = 0;

	if (coexist_teller_has_order(teller))
		ret = sigqueue(session->pid, COEXIST_LIVE_SIGNAL, order);
	else if (!was_told_lately(teller, session->pid,
				  coexist_tell_now_usecs()))
		ret = kill(session->pid, COEXIST_LIVE_SIGNAL);
	if (ret < 0 && errno != ESRCH)
		tell_failed(teller, target);
}

/* ManageSieve, and whoever sleeps, have no part that could decide: what anvil, or a
   process of its own, can end, is ended. */
static void
other_end(struct coexist_teller *teller, struct coexist_target *target)
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

bool coexist_target_has_signal(const struct coexist_open_session *session)
{
	return !session->is_hibernated &&
		(session->protocol == COEXIST_PROTOCOL_IMAP ||
		 session->protocol == COEXIST_PROTOCOL_POP3 ||
		 session->protocol == COEXIST_PROTOCOL_SUBMISSION);
}

void coexist_target_tell(struct coexist_teller *teller,
			 struct coexist_target *target)
{
	bool is_first = target->told_usecs == 0;

	if (target->has_failed)
		return;
	if (is_first && ++teller->paced % PACE_SESSIONS == 0)
		usleep(PACE_USECS);
	if (coexist_target_has_signal(&target->session))
		signal_send(teller, target);
	else if (target->ends && is_first)
		other_end(teller, target);
	target->told_usecs = coexist_tell_now_usecs();
	target->told++;
	if (is_first)
		teller->deadline_usecs = target->told_usecs + WAIT_USECS;
}
