/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in live-session.h. */

#include "lib.h"
#include "live-session.h"
#include "ioloop.h"
#include "str.h"
#include "coexist-event.h"
#include "compat-master.h"
#include "compat-user.h"
#include "live-schedule.h"
#include "policy-decision.h"
#include "policy-handover.h"
#include "recheck-query.h"
#include "refusal-line.h"
#include "refusal-log.h"
#include "session-guard.h"
#include "session-policy.h"
#include "store-generation.h"
#include "userdb-fields.h"
#include "userdb-query.h"

#include <limits.h>
#include <unistd.h>

/* So long a command has to come to its end. */
#define END_LATEST_MSECS 4500
#define BUSY_LOOK_MSECS 50
/* Who was told asks so often until there is an answer. */
#define TOLD_TRIES 10
#define TOLD_RETRY_MSECS 500
/* What a clock is put right by without anybody calling it set. */
#define CLOCK_SLACK_SECS (10 * 60)
/* So long somebody has to put it right: then the new time is the right one. */
#define CLOCK_BELIEVED_SECS (24 * 60 * 60)

#define KICKED_TEXT "The administrator has ended this session."
#define KICKED_WHY "kicked=yes"

struct coexist_live {
	struct mail_user *user;
	const struct coexist_live_ops *ops;
	void *client;

	/* when to ask next, and whether somebody said so */
	struct timeout *to_ask;
	unsigned int tries_left;
	struct coexist_live_schedule schedule;
	bool is_webmail;
	struct coexist_userdb_query *query;
	/* It was told while auth was asked: the answer may be of before the
	   change. */
	bool ask_again;
	/* which documents there were by the last answer, or NULL */
	char *seen;
	/* when the session began, by the machine's time since its start */
	time_t began_boot;
	/* A moment by the time of day and by the machine's, and when it was noticed
	   that they have gone apart since, or 0. */
	time_t clock_day, clock_boot, clock_noticed;

	/* why it has to end, NULL if it has not */
	char *line, *why;
	struct timeout *to_end;
	/* of the machine's time, so that neither a set clock nor looks that come late
	   make it longer */
	uint64_t end_latest_msecs;
};

static void live_schedule(struct coexist_live *live);

/* The end */

static enum coexist_protocol live_protocol(const struct coexist_live *live)
{
	return live->is_webmail ? COEXIST_PROTOCOL_WEBMAIL :
		coexist_protocol_find(live->user->service);
}

static void live_log(struct coexist_live *live)
{
	struct event *event = coexist_event_create(live->user);
	const struct coexist_refused_login login = {
		.user = live->user->username,
		.protocol = live_protocol(live),
		.client = live->user->conn.remote_ip,
		.is_open = TRUE
	};
	struct event_passthrough *e = event_create_passthrough(event)->
		set_name("coexist_session_ended")->
		add_str("protocol", live->user->service)->
		add_str("reason", live->why);

	e_info(e->event(), "%s", coexist_refusal_log(&login, live->why));
	event_unref(&event);
}

/* Nothing of the session is left afterwards. */
static void live_end(struct coexist_live *live)
{
	T_BEGIN {
		const char *line = t_strdup(live->line);
		const char *reason = t_strconcat("coexist: Ended: ",
						live->why, NULL);

		live_log(live);
		live->ops->end(live->client, line, reason);
	} T_END;
}

static uint64_t monotonic_msecs(void)
{
	struct timespec ts;

	return clock_gettime(CLOCK_MONOTONIC, &ts) < 0 ? 0 :
		(uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool live_has_to_wait(struct coexist_live *live)
{
	const struct coexist_live_ops *ops = live->ops;

	if (monotonic_msecs() < live->end_latest_msecs)
		return ops->is_busy(live->client);
	return ops->is_committed != NULL && ops->is_committed(live->client);
}

static void live_end_look(struct coexist_live *live)
{
	coexist_user_activate(live->user);
	if (live_has_to_wait(live)) {
		timeout_remove(&live->to_end);
		live->to_end = timeout_add_short_to(io_loop_get_root(),
						    BUSY_LOOK_MSECS,
						    live_end_look, live);
		return;
	}
	live_end(live);
}

/* The client may be in the middle of anything: the end comes from the ioloop. */
static void
live_end_begin(struct coexist_live *live, const char *line, const char *why)
{
	if (live->to_end != NULL)
		return;
	live->line = i_strdup(line);
	live->why = i_strdup(why);
	live->end_latest_msecs = monotonic_msecs() + END_LATEST_MSECS;
	timeout_remove(&live->to_ask);
	live->to_end = timeout_add_short_to(io_loop_get_root(), 0,
					    live_end_look, live);
}

/* The decision */

/* Returns TRUE if the login had a value of the userdb that the answer may lack: only a
   passdb has it, or it was emptied since. Then what a scope that is wider than the
   userdb refuses by this key is no news, but for a suspend. */
static bool
refusal_is_doubtful(const struct coexist_live *live, const char *why)
{
	const char *const *fields = live->user->userdb_fields;
	const char *name = t_strcut(why, '=');
	struct coexist_value value;
	enum coexist_key key;

	return coexist_key_find(name, &key) &&
		coexist_value_parse(&coexist_policy_keys[key],
				    coexist_userdb_fields_get(fields, name),
				    &value) == COEXIST_VALUE_VALID &&
		strstr(why, "=suspend ") == NULL &&
		(strstr(why, " set-by=\"the d") != NULL ||
		 strstr(why, " set-by=\"dovecot.conf\"") != NULL);
}

/* Returns TRUE if the session has to end. */
static bool
fields_decide(struct coexist_live *live, const char *const *fields,
	      const char **line_r, const char **why_r)
{
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];

	if (coexist_handover_find_gate(fields) == NULL) {
		*line_r = coexist_guard_decide_again(live->user, fields, why_r);
		return *line_r != NULL;
	}
	coexist_handover_read_items(coexist_handover_find(fields), items);
	coexist_live_schedule_until(&live->schedule,
				    items[COEXIST_HANDOVER_UNTIL]);
	i_free(live->seen);
	live->seen = i_strdup(items[COEXIST_HANDOVER_DOCUMENTS]);
	*line_r = items[COEXIST_HANDOVER_REFUSAL];
	*why_r = items[COEXIST_HANDOVER_REFUSED_BY];
	return *line_r != NULL && *why_r != NULL;
}

/* Asks again at its time, unless nobody holds the session: it was only told. */
static void live_go_on(struct coexist_live *live, bool has_gate)
{
	if (has_gate || coexist_live_is_held(live->user))
		live_schedule(live);
}

static void live_decide(struct coexist_live *live, const char *const *fields)
{
	const char *line, *why;

	if (fields_decide(live, fields, &line, &why) &&
	    refusal_is_doubtful(live, why)) {
		coexist_session_policy_warn_once(live->user, t_strdup_printf(
			"coexist: The session goes on that the policy forbids "
			"(%s), because the userdb lifted that at its login",
			why));
		live_go_on(live, coexist_handover_find(fields) != NULL);
		return;
	}
	if (line == NULL || why == NULL) {
		coexist_trace(live->user, "Asked again: the session goes on");
		live_go_on(live, coexist_handover_find(fields) != NULL);
		return;
	}
	coexist_trace(live->user, "Asked again: the session ends by %s", why);
	live_end_begin(live, line, why);
}

static void live_ask(struct coexist_live *live);

static void live_ask_in(struct coexist_live *live, unsigned int msecs)
{
	timeout_remove(&live->to_ask);
	live->to_ask = timeout_add_short_to(io_loop_get_root(), msecs,
					    live_ask, live);
}

/* Ends nothing. */
static void live_unanswered(struct coexist_live *live, const char *error)
{
	coexist_trace(live->user, "Asked again, without an answer: %s", error);
	if (live->tries_left > 0)
		live_ask_in(live, TOLD_RETRY_MSECS);
	else
		live_go_on(live, /*has_gate=*/FALSE);
}

static void
live_answer(const char *const *fields, const char *error, void *context)
{
	struct coexist_live *live = context;

	coexist_user_activate(live->user);
	live->query = NULL;
	T_BEGIN {
		if (live->ask_again) {
			live->ask_again = FALSE;
			live_ask_in(live, 0);
		} else if (fields == NULL) {
			live_unanswered(live, error);
		} else {
			live->tries_left = 0;
			live_decide(live, fields);
		}
	} T_END;
}

static void clock_begin(struct coexist_live *live, time_t day, time_t boot)
{
	live->clock_day = day;
	live->clock_boot = boot;
	live->clock_noticed = 0;
}

/* Returns by how many seconds the clock was set to a later time, or if negative to an
   earlier one; 0 if the time of day has gone as time goes, or if it is long ago that it
   has not. */
static time_t clock_was_set(struct coexist_live *live)
{
	time_t boot = coexist_live_boot_time();
	time_t set = (ioloop_time - live->clock_day) -
		(boot - live->clock_boot);

	if (set <= CLOCK_SLACK_SECS && set >= -CLOCK_SLACK_SECS) {
		live->clock_noticed = 0;
		return 0;
	}
	if (live->clock_noticed == 0)
		live->clock_noticed = boot;
	if (boot - live->clock_noticed < CLOCK_BELIEVED_SECS)
		return set;
	clock_begin(live, ioloop_time, boot);
	return 0;
}

/* Returns whether the connection is TLS, as the gate has seen it. */
static bool live_is_tls(const struct coexist_live *live)
{
	size_t length;
	const char *told = coexist_handover_find_raw(live->user->userdb_fields,
						     COEXIST_HANDOVER_TLS,
						     &length);

	return told != NULL ? *told == 'y' : coexist_user_was_tls(live->user);
}

static const char *live_words(struct coexist_live *live)
{
	string_t *str = t_str_new(128);
	time_t set = clock_was_set(live);

	str_printfa(str, COEXIST_RECHECK_FIELD"="COEXIST_RECHECK_UID"%ld",
		    (long)geteuid());
	if (live_is_tls(live))
		str_append(str, ","COEXIST_RECHECK_TLS);
	if (coexist_guard_is_local(live->user))
		str_append(str, ","COEXIST_RECHECK_LOCAL);
	if (coexist_guard_is_master_login(live->user) ||
	    coexist_guard_get_mode(live->user) == COEXIST_GUARD_EXEMPT)
		str_append(str, ","COEXIST_RECHECK_MASTER);
	if (live->is_webmail)
		str_append(str, ","COEXIST_RECHECK_WEBMAIL);
	if (live->tries_left == 0)
		str_append(str, ","COEXIST_RECHECK_TIMED);
	str_printfa(str, ","COEXIST_RECHECK_AGE"%lld",
		    (long long)(coexist_live_boot_time() - live->began_boot));
	if (set != 0) {
		str_printfa(str, ","COEXIST_RECHECK_CLOCK"%lld",
			    (long long)set);
	}
	if (live->seen != NULL)
		str_printfa(str, ","COEXIST_RECHECK_SEEN"%s", live->seen);
	return str_c(str);
}

static void live_ask_now(struct coexist_live *live)
{
	const char *error;

	live->query = coexist_userdb_query_new(live->user, live_words(live),
					       live_answer, live, &error);
	if (live->tries_left > 0)
		live->tries_left--;
	if (live->query == NULL)
		live_unanswered(live, error);
}

static void live_ask(struct coexist_live *live)
{
	coexist_user_activate(live->user);
	timeout_remove(&live->to_ask);
	T_BEGIN {
		live_ask_now(live);
	} T_END;
}

/* The time */

static void live_time(struct coexist_live *live);

static void live_time_in(struct coexist_live *live, unsigned int msecs)
{
	timeout_remove(&live->to_ask);
	live->to_ask = timeout_add_to(io_loop_get_root(), msecs, live_time,
				      live);
}

static void live_time(struct coexist_live *live)
{
	unsigned int msecs;

	coexist_user_activate(live->user);
	timeout_remove(&live->to_ask);
	T_BEGIN {
		if (coexist_live_schedule_is_due(&live->schedule, &msecs))
			live_ask_now(live);
		else
			live_time_in(live, msecs);
	} T_END;
}

static void live_schedule(struct coexist_live *live)
{
	live_time_in(live, coexist_live_schedule_begin(&live->schedule,
						       live->user,
						       ioloop_time));
}

/* The beginning */

/* Made once, as each login asks. A base_dir that is longer than any real one is put together
   each time: a buffer for all that there may be is a page of each process. */
static const char *generation_path(void)
{
	static char path[128] = "";

	if (*path == '\0' &&
	    i_snprintf(path, sizeof(path), "%s/"COEXIST_STORE_GENERATION_FILE,
		       coexist_compat_base_dir()) < 0) {
		*path = '\0';
		return t_strconcat(coexist_compat_base_dir(),
				   "/"COEXIST_STORE_GENERATION_FILE, NULL);
	}
	return path;
}

bool coexist_live_is_stale(const struct mail_user *user)
{
	struct coexist_store_generation generation;
	const char *decided, *word;
	uint64_t number;
	size_t length;

	coexist_store_generation_get(generation_path(), &generation);
	number = coexist_store_generation_number(&generation);
	/* most logins */
	if (!coexist_store_generation_is_new(number, ioloop_time))
		return FALSE;
	decided = coexist_handover_find_raw(user->userdb_fields,
					    COEXIST_HANDOVER_GENERATION,
					    &length);
	/* by one that was not new, or there was none yet; or the gate did not decide */
	if (decided == NULL)
		return coexist_handover_find(user->userdb_fields) != NULL;
	word = coexist_store_generation_word(number);
	return strncmp(word, decided, length) != 0 || word[length] != '\0';
}

bool coexist_live_is_held(struct mail_user *user)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);
	enum coexist_protocol protocol = coexist_protocol_find(user->service);

	return coexist_handover_find(user->userdb_fields) != NULL ||
		(policy != NULL && protocol != COEXIST_PROTOCOL_OTHER &&
		 coexist_policy_names_decision(policy, protocol));
}

struct coexist_live *
coexist_live_new(pool_t pool, struct mail_user *user,
		 const struct coexist_live_ops *ops, void *client)
{
	struct coexist_live *live = p_new(pool, struct coexist_live, 1);
	size_t length;

	live->user = user;
	live->ops = ops;
	live->client = client;
	live->began_boot = coexist_live_boot_time();
	if (user->session_create_time < ioloop_time)
		live->began_boot -= ioloop_time - user->session_create_time;
	clock_begin(live, ioloop_time, coexist_live_boot_time());
	live->is_webmail = coexist_handover_find_raw(user->userdb_fields,
		COEXIST_HANDOVER_WEBMAIL, &length) != NULL;
	return live;
}

void coexist_live_begin(struct coexist_live *live, time_t day, time_t boot)
{
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];
	const char *handover =
		coexist_handover_find(live->user->userdb_fields);

	if (handover != NULL) {
		coexist_handover_read_items(handover, items);
		coexist_live_schedule_until(&live->schedule,
					    items[COEXIST_HANDOVER_UNTIL]);
	}
	clock_begin(live, day, boot);
	live_time_in(live, coexist_live_schedule_begin(&live->schedule,
		live->user, live->user->session_create_time));
}

void coexist_live_free(struct coexist_live **_live)
{
	struct coexist_live *live = *_live;

	*_live = NULL;
	coexist_userdb_query_abort(&live->query);
	timeout_remove(&live->to_ask);
	timeout_remove(&live->to_end);
	i_free(live->seen);
	i_free(live->line);
	i_free(live->why);
}

void coexist_live_look(struct coexist_live *live)
{
	live_ask_in(live, 0);
}

void coexist_live_tell(struct coexist_live *live, unsigned int msecs)
{
	if (live->to_end != NULL)
		return;
	if (live->query != NULL)
		live->ask_again = TRUE;
	else if (live->tries_left == 0 || live->to_ask == NULL)
		live_ask_in(live, msecs);
	live->tries_left = TOLD_TRIES;
}

void coexist_live_kick(struct coexist_live *live)
{
	coexist_userdb_query_abort(&live->query);
	T_BEGIN {
		live_end_begin(live,
			       coexist_refusal_line(live_protocol(live),
						    COEXIST_TEXT_store,
						    /*relayed=*/FALSE,
						    KICKED_TEXT),
			       KICKED_WHY);
	} T_END;
}

bool coexist_live_is_undecided(const struct coexist_live *live)
{
	return live->tries_left > 0 || live->query != NULL ||
		live->to_end != NULL;
}
