/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-snapshot.h. */

#include "lib.h"
#include "owner-snapshot.h"
#include "owner-status.h"

void coexist_owner_snapshot_init(struct coexist_owner_snapshot *snapshot_r,
				 struct mail_user *user, pool_t pool)
{
	i_zero(snapshot_r);
	snapshot_r->user = user;
	snapshot_r->pool = pool;
}

const struct coexist_owner_choices *
coexist_owner_snapshot_choices(struct coexist_owner_snapshot *snapshot)
{
	if (!snapshot->has_choices) {
		(void)coexist_owner_file_read(snapshot->user, snapshot->pool,
					      &snapshot->choices);
		snapshot->has_choices = TRUE;
	}
	return &snapshot->choices;
}

const char *
coexist_owner_snapshot_last_use(struct coexist_owner_snapshot *snapshot)
{
	if (!snapshot->has_last_use) {
		snapshot->last_use = p_strdup(snapshot->pool,
			coexist_owner_status_last_use(snapshot->user));
		snapshot->has_last_use = TRUE;
	}
	return snapshot->last_use;
}

const char *
coexist_owner_snapshot_deletions(struct coexist_owner_snapshot *snapshot)
{
	if (!snapshot->has_deletions) {
		snapshot->deletions = p_strdup(snapshot->pool,
			coexist_owner_status_deletions(snapshot->user));
		snapshot->has_deletions = TRUE;
	}
	return snapshot->deletions;
}
