/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_SNAPSHOT_H
#define COEXIST_OWNER_SNAPSHOT_H

#include "owner-file.h"

struct mail_user;

/* A snapshot of what the mailbox's files say to its owner: each of them is read when it
   is asked for first, and once. A command of a webmail asks for some hundred values
   of it. */
struct coexist_owner_snapshot {
	struct mail_user *user;
	/* what was read is in it */
	pool_t pool;
	bool has_choices, has_last_use, has_deletions;
	struct coexist_owner_choices choices;
	const char *last_use, *deletions;
};

/* Begins a snapshot, or a newer one in the place of an older one. */
void coexist_owner_snapshot_init(struct coexist_owner_snapshot *snapshot_r,
				 struct mail_user *user, pool_t pool);

/* Each returns what its namesake does (owner-file.h, owner-status.h), from the pool. */
const struct coexist_owner_choices *
coexist_owner_snapshot_choices(struct coexist_owner_snapshot *snapshot);
const char *
coexist_owner_snapshot_last_use(struct coexist_owner_snapshot *snapshot);
const char *
coexist_owner_snapshot_deletions(struct coexist_owner_snapshot *snapshot);

#endif
