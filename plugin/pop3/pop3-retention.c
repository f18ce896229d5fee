/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-retention.h. */

#include "pop3-common.h"
#include "pop3-retention.h"
#include "mail-storage-private.h"
#include "master-interface.h"
#include "master-service.h"
#include "compat-process.h"
#include "mailbox-state.h"
#include "session-policy.h"
#include "network-match.h"
#include "policy-merge.h"
#include "pop3-box.h"
#include "pop3-folders.h"
#include "pop3-read-policy.h"
#include "retention.h"
#include "retention-look.h"
#include "retention-memory.h"
#include "session-end.h"
#include "user-hooks.h"
#include "view-filter.h"

#include <poll.h>
#include <stdlib.h>

#define POP3_RETENTION_CLIENT_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_retention_client_module)
#define POP3_RETENTION_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_retention_user_module)
#define POP3_RETENTION_USER_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_retention_user_module)

struct pop3_retention_client {
	union pop3_module_context module_ctx;
};

struct pop3_retention_user {
	union mail_user_module_context module_ctx;
	/* the session's maildrop, once it is allocated */
	struct mailbox *box;
	/* the session had it open; QUIT has synced it */
	bool was_in, is_synced;
	/* a run would do nothing */
	bool idle;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_retention_client_module,
				  &pop3_module_register);
static MODULE_CONTEXT_DEFINE_INIT(pop3_retention_user_module,
				  &mail_user_module_register);

static unsigned int keep_days(struct client *client)
{
	const struct coexist_policy *policy =
		coexist_session_policy_get(client->user);

	return policy == NULL ? 0 :
		coexist_policy_number(policy, COEXIST_KEY_pop3_keep_days);
}

/* What a client does not see any more is as good as gone to it, wherever it is. */
const char *pop3_retention_capability(struct client *client)
{
	const struct coexist_policy *policy =
		coexist_session_policy_get(client->user);
	unsigned int kept = keep_days(client), days;
	struct pop3_read_policy read_policy;

	pop3_read_policy_init(&read_policy, policy,
			      client->user->conn.remote_ip);
	/* no number is true where newer messages push out older ones */
	if (!coexist_view_filter_get_days(policy, read_policy.mark_read !=
					  COEXIST_MARK_READ_NEVER, &days))
		return "";
	if (kept != 0)
		days = I_MIN(days, kept);
	return days == UINT_MAX ? "" :
		p_strdup_printf(client->pool, "EXPIRE %u\r\n", days);
}

/* Asks the pipe that the master closes, of which the master service hears in the
   ioloop only: nobody runs it while messages expire. A process that the master
   did not start may have any file at that descriptor. */
static bool master_is_gone(void)
{
	struct pollfd pipe = { .fd = MASTER_DEAD_FD };

	return getenv(MASTER_IS_PARENT_ENV) != NULL &&
		poll(&pipe, 1, 0) > 0 &&
		(pipe.revents & (POLLERR | POLLHUP)) != 0;
}

/* A process that is to end, as it is at the server's shutdown, does so at
   once. */
static bool process_is_to_end(void)
{
	return master_service_is_killed(master_service) ||
		master_service_is_master_stopped(master_service) ||
		master_is_gone();
}

static void pop3_retention_session_end(struct mail_user *user)
{
	struct pop3_retention_user *ruser =
		POP3_RETENTION_USER_CONTEXT_REQUIRE(user);
	struct coexist_retention_result result;

	if (ruser->was_in && !ruser->idle && !process_is_to_end()) T_BEGIN {
		/* what it can't do is done next time, and it logs by itself */
		if (coexist_retention_run(user, COEXIST_RETENTION_EXISTS,
					  process_is_to_end, &result) ==
		    COEXIST_RETENTION_OFF)
			coexist_retention_memory_forget(user,
				coexist_mailbox_state_peek(user));
		coexist_retention_result_free(&result);
	} T_END;
}

static void
pop3_retention_client_destroy(struct client *client, const char *reason)
{
	struct pop3_retention_client *rclient =
		POP3_RETENTION_CLIENT_CONTEXT(client);
	struct pop3_retention_user *ruser =
		POP3_RETENTION_USER_CONTEXT_REQUIRE(client->user);

	ruser->was_in = client->mailbox != NULL;
	ruser->is_synced = client->delete_success;
	/* closes the connection and then ends the user */
	rclient->module_ctx.super.destroy(client, reason);
}

/* By now all that the session changed is committed, also what Dovecot marks read
   of a client that is gone without QUIT. */
static void pop3_retention_close(struct mailbox *box)
{
	struct pop3_retention_user *ruser =
		POP3_RETENTION_USER_CONTEXT_REQUIRE(box->storage->user);

	T_BEGIN {
		ruser->idle = coexist_retention_look(box, ruser->is_synced);
	} T_END;
	pop3_box_get(box)->module_ctx.super.close(box);
}

void pop3_retention_mailbox_allocated(struct mailbox *box,
				      struct mailbox_vfuncs *v)
{
	struct pop3_retention_user *ruser =
		POP3_RETENTION_USER_CONTEXT(box->storage->user);

	if (ruser == NULL || ruser->box != NULL || !pop3_folders_is_inbox(box))
		return;

	ruser->box = box;
	(void)pop3_box_share(box);
	v->close = pop3_retention_close;
}

void pop3_retention_create(struct client *client)
{
	const struct coexist_policy *policy =
		coexist_session_policy_get(client->user);
	struct pop3_retention_client *rclient;
	struct pop3_retention_user *ruser;
	struct mail_user *user = client->user;

	/* What fetches for a machine changes nothing in the mailbox. Any other
	   session knows, at its end, whether retention is on or off. */
	if (policy == NULL ||
	    coexist_network_match(coexist_policy_text(policy,
			COEXIST_KEY_pop3_fetcher_networks),
			user->conn.remote_ip))
		return;

	rclient = p_new(client->pool, struct pop3_retention_client, 1);
	rclient->module_ctx.super = client->v;
	client->v.destroy = pop3_retention_client_destroy;
	MODULE_CONTEXT_SET(client, pop3_retention_client_module, rclient);

	ruser = p_new(user->pool, struct pop3_retention_user, 1);
	MODULE_CONTEXT_SET(user, pop3_retention_user_module, ruser);
	coexist_user_hooks_add(user, COEXIST_HOOKS_POP3_MAILDROP);
	(void)coexist_session_end_add(user, pop3_retention_session_end);
}
