/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_TELL_TARGETS_H
#define COEXIST_TELL_TARGETS_H

#include "admin-kick.h"
#include "admin-sessions.h"

/* Whom a change of a policy, or a kick, concerns: the targets, out of anvil's list of the
   open sessions. For admin-tell.c and tell-signal.c. */

struct coexist_admin;
struct coexist_admin_changes;
struct coexist_admin_judge;

/* A session that is concerned. */
struct coexist_target {
	struct coexist_open_session session;
	bool ends;
	uint64_t told_usecs;
	unsigned int told;
	/* of those that are alike, how many are still in anvil's list */
	unsigned int left;
	/* nobody could tell it */
	bool has_failed;
};

struct coexist_teller {
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
	/* what may end many is not done without a list */
	bool needs_list;
	bool log_only;
	bool waits;

	/* of the targets, and of anvil's last list */
	pool_t pool, list_pool;
	ARRAY(struct coexist_target) targets;
	/* anvil's last list */
	ARRAY_TYPE(coexist_open_session) sessions;
	/* how long to wait for those who were told so far */
	uint64_t deadline_usecs;
	unsigned int paced;
};

/* Makes one of nothing, for all sessions. */
void coexist_teller_init(struct coexist_teller *teller_r,
			 struct coexist_admin *admin);
void coexist_teller_deinit(struct coexist_teller *teller);

/* Return the target or the session, or NULL behind the last one. */
struct coexist_target *
coexist_target_at(const struct coexist_teller *teller, unsigned int i);
const struct coexist_open_session *
coexist_teller_session_at(const struct coexist_teller *teller, unsigned int i);

/* Asks anvil for the list of open sessions. Returns 1, 0 if nobody can be asked, or -1
   after saying why not. */
int coexist_teller_list(struct coexist_teller *teller);
/* Finds out by the list which targets are still there. */
void coexist_targets_look(struct coexist_teller *teller);
/* Adds those of the list who are concerned and were not there before. */
void coexist_targets_add(struct coexist_teller *teller);
/* Finds how many sessions of the list end, and how many may. Whom only the userdb may
   refuse by now, nobody knows. */
void coexist_teller_count(struct coexist_teller *teller, unsigned int *ends_r,
			  unsigned int *may_end_r);

#endif
