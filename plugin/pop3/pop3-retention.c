/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-retention.h. */

#include "pop3-common.h"
#include "pop3-retention.h"
#include "mail-storage-private.h"
#include "master-interface.h"
#include "master-service.h"
#include "session-policy.h"
#include "network-match.h"
#include "policy-merge.h"
#include "retention.h"
#include "retention-memory.h"
#include "session-end.h"

#include <poll.h>
#include <stdlib.h>

#define POP3_RETENTION_CLIENT_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_retention_client_module)
#define POP3_RETENTION_USER_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_retention_user_module)

struct pop3_retention_client {
	union pop3_module_context module_ctx;
};

struct pop3_retention_user {
	union mail_user_module_context module_ctx;
	/* the session had its maildrop open */
	bool was_in;
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

const char *pop3_retention_capability(struct client *client)
{
	unsigned int days = keep_days(client);

	return days == 0 ? "" :
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
	struct pop3_retention_user *ruser = POP3_RETENTION_USER_CONTEXT(user);
	struct coexist_retention_result result;

	if (ruser->was_in && !process_is_to_end()) T_BEGIN {
		/* what it can't do is done next time, and it logs by itself */
		if (coexist_retention_run(user, /* flags */ 0,
					  process_is_to_end, &result) ==
		    COEXIST_RETENTION_OFF)
			coexist_retention_memory_forget(user);
		coexist_retention_result_free(&result);
	} T_END;
}

static void
pop3_retention_client_destroy(struct client *client, const char *reason)
{
	struct pop3_retention_client *rclient =
		POP3_RETENTION_CLIENT_CONTEXT(client);
	struct pop3_retention_user *ruser =
		POP3_RETENTION_USER_CONTEXT(client->user);

	ruser->was_in = client->mailbox != NULL;
	/* closes the connection and then ends the user */
	rclient->module_ctx.super.destroy(client, reason);
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
	(void)coexist_session_end_add(user, pop3_retention_session_end);
}
