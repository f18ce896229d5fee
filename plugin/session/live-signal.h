/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LIVE_SIGNAL_H
#define COEXIST_LIVE_SIGNAL_H

#include <signal.h>

struct coexist_live;
struct mail_user;

/* The signal by which doveadm tells a process that the policy of its sessions may have
   changed: SIGURG, which a process that does not know it ignores (signal(7)), and
   which costs nothing until it comes.

   Sent by kill(), it means all sessions of the process: each asks, and those that may
   go on do. Sent by sigqueue(), its value is an order about one user's sessions, which
   doveadm repeats until it is done, because of several that come at once Dovecot keeps
   one. */

#define COEXIST_LIVE_SIGNAL SIGURG

/* The lowest bit of an order: end the sessions, whatever their policies say. Without it,
   they are to ask. */
#define COEXIST_LIVE_KICK 1u

/* Returns the rest of an order: whose sessions. */
static inline unsigned int coexist_live_user_hash(const char *user)
{
	/* FNV-1a: Dovecot's own has another seed in each process */
	unsigned int hash = 2166136261u;

	for (; *user != '\0'; user++)
		hash = (hash ^ (unsigned char)*user) * 16777619u;
	return hash & ~COEXIST_LIVE_KICK;
}

/* The sessions of a process, which are of one protocol. They are told from its root
   ioloop, and never in the middle of a command. */
struct coexist_live_clients {
	/* Returns the client behind this one, the first behind NULL, or NULL. Those that
	   are about to go are none. */
	void *(*next)(void *client);
	struct mail_user *(*get_user)(void *client);
	/* Returns the client's live session, or NULL if it has none yet. */
	struct coexist_live *(*find)(void *client);
	/* Makes it. */
	struct coexist_live *(*create)(void *client);
};

/* A session has begun, and missed no change: within the least recheck_interval, it asks
   at its times from then on, with all that began meanwhile. Most sessions are shorter,
   and pay nothing for a timer of their own. */
void coexist_live_signal_session(void);

/* Begins to listen. The clients' functions must live until the end. */
void coexist_live_signal_init(const struct coexist_live_clients *clients);
void coexist_live_signal_deinit(void);

#endif
