/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in submission-hooks.h. */

#include "submission-common.h"
#include "submission-hooks.h"
#include "compat-process.h"
#include "session-guard.h"
#include "submission-live.h"
#include "submission-sent.h"

static submission_client_created_func_t *next_hook_client_created;

static void coexist_submission_client_created(struct client **client)
{
	submission_sent_create(*client);
	if (coexist_guard_get_reason((*client)->user) == NULL)
		submission_live_create(*client);
	if (next_hook_client_created != NULL)
		next_hook_client_created(client);
}

void coexist_submission_hooks_init(void)
{
	if (coexist_process_has_submission()) {
		next_hook_client_created = submission_client_created_hook_set(
			coexist_submission_client_created);
		submission_live_init();
	}
}

void coexist_submission_hooks_deinit(void)
{
	if (coexist_process_has_submission()) {
		submission_live_deinit();
		(void)submission_client_created_hook_set(
			next_hook_client_created);
	}
}
