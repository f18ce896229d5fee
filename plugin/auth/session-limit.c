/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in session-limit.h. */

#include "lib.h"
#include "session-limit.h"
#include "ioloop.h"
#include "lib-event.h"
#include "llist.h"
#include "time-util.h"
#include "compat-anvil.h"
#include "compat-auth.h"
#include "anvil-lookup.h"
#include "log-repeat.h"
#include "session-table.h"

#include <glib.h>

/* A list that is older is not relied on. */
#define LIST_MAX_AGE_MSECS 1000
/* After this time anvil knows of a session, or there is none. */
#define LOGIN_KNOWN_MSECS 2000
/* For so long at least, a user with too many sessions may have less soon. */
#define FULL_MSECS 250
/* A login waits no longer. */
#define MAX_WAIT_MSECS 10000
/* Anvil is asked again when so many times the time of the last answer has
   passed: a long list must not keep it, and us, busy. */
#define ASK_PAUSE_FACTOR 10
#define ASK_MIN_PAUSE_MSECS 50
#define ASK_MAX_PAUSE_MSECS 1000
/* After a failure, nobody waits for the next one. */
#define FAILURE_PAUSE_MSECS 2000

/* More than any of these times. */
#define LONG_AGO_SECS 60

/* A user whose logins passed lately. */
struct recent_user {
	/* how many sessions there are at most */
	unsigned int upper[COEXIST_PROTOCOL_OTHER];
	/* of struct recent_login, in order */
	GArray *logins;
};

struct recent_login {
	struct timeval time;
	enum coexist_protocol protocol;
};

struct waiting_login {
	struct waiting_login *prev, *next;

	char *user;
	enum coexist_protocol protocol;
	uint64_t max;
	struct timeval since;

	coexist_session_limit_callback_t *callback;
	void *context;
};

struct coexist_session_limit {
	struct event *event;
	struct coexist_log_repeat *log;
	const char *webmail_networks;
	struct coexist_anvil_lookup *lookup;

	/* the newest list, NULL before there was one, and what is asked for */
	struct coexist_session_table *table;
	struct timeval table_asked, asked, failed;
	bool asking;
	unsigned int pause_msecs;
	struct timeout *to_ask;

	/* user -> struct recent_user */
	GHashTable *recent;
	struct waiting_login *waiting, *waiting_tail;
};

static const struct timeval *now(void)
{
	return &ioloop_timeval;
}

/* Returns TRUE if so much time has passed. A time in the future, before the
   clock was put back, is long ago. */
static bool
has_passed(const struct timeval *since, const struct timeval *until,
	   int msecs)
{
	time_t secs = until->tv_sec - since->tv_sec;

	return secs < 0 || secs > LONG_AGO_SECS ||
		timeval_diff_msecs(until, since) >= msecs;
}

static unsigned int
listed(struct coexist_session_limit *limit, const char *user,
       enum coexist_protocol protocol)
{
	return limit->table == NULL ? 0 :
		coexist_session_table_count(limit->table, user, protocol,
					    limit->webmail_networks);
}

/* Returns how many sessions there are at most. */
static unsigned int
upper(struct coexist_session_limit *limit, const char *user,
      enum coexist_protocol protocol)
{
	const struct recent_user *recent =
		g_hash_table_lookup(limit->recent, user);

	return recent != NULL ? recent->upper[protocol] :
		listed(limit, user, protocol);
}

/* The logins that passed */

static void recent_user_free(void *data)
{
	struct recent_user *recent = data;

	g_array_unref(recent->logins);
	g_free(recent);
}

void coexist_session_limit_note(struct coexist_session_limit *limit,
				const char *user,
				enum coexist_protocol protocol)
{
	const struct recent_login login = {
		.time = *now(),
		.protocol = protocol
	};
	struct recent_user *recent;
	enum coexist_protocol i;

	user = t_str_lcase(user);
	recent = g_hash_table_lookup(limit->recent, user);
	if (recent == NULL) {
		recent = g_new0(struct recent_user, 1);
		recent->logins = g_array_new(FALSE, FALSE, sizeof(login));
		for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++)
			recent->upper[i] = listed(limit, user, i);
		g_hash_table_insert(limit->recent, g_strdup(user), recent);
	}
	recent->upper[protocol]++;
	g_array_append_val(recent->logins, login);
}

/* Returns how many of the user's logins the list may lack. */
static unsigned int
recent_forget_known(struct recent_user *recent, const struct timeval *asked,
		    unsigned int counts_r[COEXIST_PROTOCOL_OTHER])
{
	const struct recent_login *login;
	unsigned int i = 0;

	memset(counts_r, 0, sizeof(*counts_r) * COEXIST_PROTOCOL_OTHER);
	while (i < recent->logins->len) {
		login = &g_array_index(recent->logins, struct recent_login, i);
		if (has_passed(&login->time, asked, LOGIN_KNOWN_MSECS)) {
			g_array_remove_index(recent->logins, i);
		} else {
			counts_r[login->protocol]++;
			i++;
		}
	}
	return recent->logins->len;
}

/* Takes the new list into account, and returns TRUE if it knows everything. */
static gboolean recent_update(gpointer key, gpointer value, gpointer context)
{
	struct coexist_session_limit *limit = context;
	struct recent_user *recent = value;
	unsigned int lacking[COEXIST_PROTOCOL_OTHER], known, most;
	enum coexist_protocol i;

	if (recent_forget_known(recent, &limit->table_asked, lacking) == 0)
		return TRUE;
	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
		known = listed(limit, key, i);
		/* what was the most before holds, but for logins past us */
		most = I_MIN(recent->upper[i], known + lacking[i]);
		recent->upper[i] = I_MAX(known, most);
	}
	return FALSE;
}

/* The logins that wait */

static void
waiting_answer(struct coexist_session_limit *limit,
	       struct waiting_login *waiting,
	       enum coexist_session_limit_verdict verdict)
{
	DLLIST2_REMOVE(&limit->waiting, &limit->waiting_tail, waiting);
	waiting->callback(verdict, waiting->context);
	i_free(waiting->user);
	i_free(waiting);
}

static void waiting_fail(struct coexist_session_limit *limit)
{
	while (limit->waiting != NULL) {
		waiting_answer(limit, limit->waiting,
			       COEXIST_SESSION_LIMIT_UNKNOWN);
	}
}

/* Returns TRUE if there are fewer by what is known already. */
static bool
is_free(struct coexist_session_limit *limit, const char *user,
	enum coexist_protocol protocol, uint64_t max)
{
	return limit->table != NULL && upper(limit, user, protocol) < max;
}

/* Returns TRUE if the list has too many sessions, and was asked for long enough
   after the login. */
static bool
is_full_for_sure(struct coexist_session_limit *limit,
		 const struct waiting_login *waiting)
{
	return timeval_cmp(&limit->table_asked, &waiting->since) >= 0 &&
		has_passed(&waiting->since, &limit->table_asked, FULL_MSECS) &&
		listed(limit, waiting->user, waiting->protocol) >= waiting->max;
}

/* Decides by the new list, as far as it can. */
static void
waiting_decide(struct coexist_session_limit *limit,
	       struct waiting_login *waiting)
{
	if (is_free(limit, waiting->user, waiting->protocol, waiting->max)) {
		waiting_answer(limit, waiting, COEXIST_SESSION_LIMIT_FREE);
	} else if (is_full_for_sure(limit, waiting) ||
		   has_passed(&waiting->since, now(), MAX_WAIT_MSECS)) {
		waiting_answer(limit, waiting, COEXIST_SESSION_LIMIT_FULL);
	}
}

static void ask(struct coexist_session_limit *limit)
{
	timeout_remove(&limit->to_ask);
	limit->asking = TRUE;
	limit->asked = *now();
	coexist_anvil_lookup_ask(limit->lookup);
}

static void ask_soon(struct coexist_session_limit *limit)
{
	if (limit->asking || limit->to_ask != NULL)
		return;
	if (has_passed(&limit->asked, now(), (int)limit->pause_msecs)) {
		ask(limit);
		return;
	}
	limit->to_ask = timeout_add_short(limit->pause_msecs, ask, limit);
}

static void
answer_failed(struct coexist_session_limit *limit, const char *error)
{
	const char *line = t_strdup_printf("Can't count the sessions of "
		"mailboxes, so *_max_sessions is not obeyed: %s (what lacks may "
		"be "COEXIST_ANVIL_REMEDY"; doveadm coexist preflight knows)",
		error, "dovecot");

	limit->failed = *now();
	if (coexist_log_repeat_may(limit->log, line))
		e_error(limit->event, "coexist: %s", line);
	waiting_fail(limit);
}

static void
answer_received(struct coexist_session_limit *limit,
		struct coexist_session_table *table)
{
	struct waiting_login *waiting, *next;
	int took = timeval_diff_msecs(now(), &limit->asked);

	coexist_session_table_free(limit->table);
	limit->table = table;
	limit->table_asked = limit->asked;
	limit->pause_msecs = took <= 0 ? ASK_MIN_PAUSE_MSECS :
		I_MIN(I_MAX((unsigned int)took * ASK_PAUSE_FACTOR,
			    ASK_MIN_PAUSE_MSECS), ASK_MAX_PAUSE_MSECS);
	g_hash_table_foreach_remove(limit->recent, recent_update, limit);
	for (waiting = limit->waiting; waiting != NULL; waiting = next) {
		next = waiting->next;
		waiting_decide(limit, waiting);
	}
	if (limit->waiting != NULL)
		ask_soon(limit);
}

static void
lookup_callback(struct coexist_session_table *table, const char *error,
		void *context)
{
	struct coexist_session_limit *limit = context;

	limit->asking = FALSE;
	if (table == NULL)
		answer_failed(limit, error);
	else
		answer_received(limit, table);
}

void coexist_session_limit_check(struct coexist_session_limit *limit,
				 const char *user,
				 enum coexist_protocol protocol, uint64_t max,
				 coexist_session_limit_callback_t *callback,
				 void *context)
{
	struct waiting_login *waiting;

	user = t_str_lcase(user);
	if (!has_passed(&limit->failed, now(), FAILURE_PAUSE_MSECS)) {
		callback(COEXIST_SESSION_LIMIT_UNKNOWN, context);
		return;
	}
	if (!has_passed(&limit->table_asked, now(), LIST_MAX_AGE_MSECS) &&
	    is_free(limit, user, protocol, max)) {
		callback(COEXIST_SESSION_LIMIT_FREE, context);
		return;
	}
	waiting = i_new(struct waiting_login, 1);
	waiting->user = i_strdup(user);
	waiting->protocol = protocol;
	waiting->max = max;
	waiting->since = *now();
	waiting->callback = callback;
	waiting->context = context;
	DLLIST2_APPEND(&limit->waiting, &limit->waiting_tail, waiting);
	ask_soon(limit);
}

void coexist_session_limit_end(struct coexist_session_limit *limit)
{
	waiting_fail(limit);
}

struct coexist_session_limit *
coexist_session_limit_new(struct event *event, struct coexist_log_repeat *log,
			  const char *webmail_networks)
{
	struct coexist_session_limit *limit =
		i_new(struct coexist_session_limit, 1);

	limit->event = event;
	limit->log = log;
	limit->webmail_networks = webmail_networks;
	limit->lookup = coexist_anvil_lookup_new(
		t_strconcat(global_auth_settings->base_dir,
			    "/"COEXIST_ANVIL_SOCKET, NULL),
		lookup_callback, limit);
	limit->pause_msecs = ASK_MIN_PAUSE_MSECS;
	limit->recent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					      recent_user_free);
	return limit;
}

void coexist_session_limit_free(struct coexist_session_limit *limit)
{
	if (limit == NULL)
		return;
	timeout_remove(&limit->to_ask);
	coexist_anvil_lookup_free(limit->lookup);
	coexist_session_table_free(limit->table);
	g_hash_table_unref(limit->recent);
	i_free(limit);
}
