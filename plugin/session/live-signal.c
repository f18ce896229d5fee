/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in live-signal.h. */

#include "lib.h"
#include "live-signal.h"
#include "ioloop.h"
#include "lib-signals.h"
#include "mail-user.h"
#include "live-schedule.h"
#include "live-session.h"
#include "userdb-query.h"

#include <sys/timerfd.h>
#include <unistd.h>

/* The pace: a hundred sessions of a process ask each second. */
#define TELL_STEP_MSECS 10

static const struct coexist_live_clients *live_clients = NULL;

/* The timer by which sessions begin to ask. One of the ioloop's would be allocated in
   the middle of a session, and each one after that would find the heap in pieces:
   1,100 instructions of a login. */
static int begin_fd = -1;
static struct io *begin_io = NULL;
static bool begins = FALSE;
/* when the first of those sessions began, by the time of day and by the machine's */
static time_t begin_day, begin_boot;

static struct coexist_live *live_get(void *client)
{
	struct coexist_live *live = live_clients->find(client);

	return live != NULL ? live : live_clients->create(client);
}

/* Has those sessions ask at their times that do not yet. */
static void live_begin(void *context ATTR_UNUSED)
{
	uint64_t times;
	void *client = NULL;

	if (read(begin_fd, &times, sizeof(times)) < 0)
		return;
	begins = FALSE;
	while ((client = live_clients->next(client)) != NULL) {
		if (live_clients->find(client) != NULL ||
		    !coexist_live_is_held(live_clients->get_user(client)))
			continue;
		coexist_live_begin(live_clients->create(client), begin_day,
				   begin_boot);
	}
}

void coexist_live_signal_session(void)
{
	struct itimerspec timer;

	if (begins || begin_fd == -1)
		return;
	i_zero(&timer);
	timer.it_value.tv_sec = coexist_live_jitter(COEXIST_LIVE_MIN_INTERVAL);
	begins = timerfd_settime(begin_fd, 0, &timer, NULL) == 0;
	begin_day = ioloop_time;
	begin_boot = coexist_live_boot_time();
}

static void live_timer_init(void)
{
	begin_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (begin_fd == -1) {
		i_error("coexist: timerfd_create() failed: %m: open sessions "
			"ask again only when they are told");
		return;
	}
	begin_io = io_add_to(io_loop_get_root(), begin_fd, IO_READ, live_begin,
			     NULL);
}

static void live_timer_deinit(void)
{
	io_remove(&begin_io);
	i_close_fd(&begin_fd);
	begins = FALSE;
}

/* Has all sessions ask again, one after the other. */
static void live_tell_all(void)
{
	unsigned int msecs = 0;
	void *client = NULL;

	while ((client = live_clients->next(client)) != NULL) {
		coexist_live_tell(live_get(client), msecs);
		msecs += TELL_STEP_MSECS;
	}
}

/* Has the sessions of the users with this hash ask, or ends them. */
static void live_order(unsigned int user_hash, bool is_kick)
{
	void *client = NULL;

	while ((client = live_clients->next(client)) != NULL) {
		const char *user = live_clients->get_user(client)->username;

		if (coexist_live_user_hash(user) != user_hash)
			continue;
		if (is_kick)
			coexist_live_kick(live_get(client));
		else
			coexist_live_tell(live_get(client), 0);
	}
}

static void live_signal(const siginfo_t *si, void *context ATTR_UNUSED)
{
	unsigned int order;

	if (si->si_code != SI_QUEUE) {
		live_tell_all();
		return;
	}
	order = (unsigned int)si->si_value.sival_int;
	live_order(order & ~COEXIST_LIVE_KICK, (order & COEXIST_LIVE_KICK) != 0);
}

/* A handler belongs to the ioloop in which it was set. While a command waits for
   something in an ioloop of its own, what comes to the root waits, too
   (lib/lib-signals.c). */
void coexist_live_signal_init(const struct coexist_live_clients *clients)
{
	struct ioloop *ioloop = current_ioloop;

	live_clients = clients;
	live_timer_init();
	io_loop_set_current(io_loop_get_root());
	lib_signals_set_handler(COEXIST_LIVE_SIGNAL, LIBSIG_FLAGS_SAFE,
				live_signal, NULL);
	io_loop_set_current(ioloop);
}

void coexist_live_signal_deinit(void)
{
	if (live_clients == NULL)
		return;
	live_timer_deinit();
	lib_signals_unset_handler(COEXIST_LIVE_SIGNAL, live_signal, NULL);
	live_clients = NULL;
	coexist_userdb_query_deinit();
}
