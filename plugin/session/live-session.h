/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LIVE_SESSION_H
#define COEXIST_LIVE_SESSION_H

#include <stdbool.h>
#include <time.h>

struct coexist_live;
struct mail_user;

/* Live enforcement (revocation): an open session asks the auth process again whether
   its policy lets it go on (recheck-query.h), when it is told that something has
   changed, at each recheck_interval, and on the day from which on the policy refuses
   it. It ends if not, and if nobody can say, it goes on.

   What was begun is finished: a session that is busy ends when its command is done,
   or after some seconds. What another server is deciding on is waited for. */

/* What the sessions of a protocol do. */
struct coexist_live_ops {
	/* Returns TRUE while a command is under way, or has come and is about to
	   be. */
	bool (*is_busy)(void *client);
	/* Returns TRUE while the client has given all that the command needs, and its
	   outcome is somebody else's: cut off, it would do it again. NULL if there
	   is no such command. */
	bool (*is_committed)(void *client);
	/* Says the line, with its response code, if the client can be told
	   anything in its state, and destroys the client. */
	void (*end)(void *client, const char *line, const char *reason);
};

/* Returns TRUE if the gate has decided about the session that begins by another
   generation of the store than the one that there is now: it is to be told. Each login
   asks this. */
bool coexist_live_is_stale(const struct mail_user *user);
/* Returns TRUE for a session that a policy is known to hold: a gate has decided, or its
   own policy names something to decide by. Others ask only when they are told. */
bool coexist_live_is_held(struct mail_user *user);

/* Returns the live session, allocated from the pool, which ends no earlier than the
   client; it has to be freed before the user and the client go. */
struct coexist_live *
coexist_live_new(pool_t pool, struct mail_user *user,
		 const struct coexist_live_ops *ops, void *client);
void coexist_live_free(struct coexist_live **live);

/* Asks at its time, from now on. At that time of day, and of the machine, the clock was
   what it was when the session began. */
void coexist_live_begin(struct coexist_live *live, time_t day, time_t boot);
/* Asks now, although nobody has said that anything changed. */
void coexist_live_look(struct coexist_live *live);
/* The policy may have changed: asks within the next msecs. */
void coexist_live_tell(struct coexist_live *live, unsigned int msecs);
/* Ends the session, whatever its policy says. */
void coexist_live_kick(struct coexist_live *live);
/* Returns TRUE while it is not known whether the session may go on: it must not be
   put to sleep. */
bool coexist_live_is_undecided(const struct coexist_live *live);

#endif
