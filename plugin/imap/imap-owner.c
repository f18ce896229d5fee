/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in imap-owner.h. */

#include "imap-common.h"
#include "imap-owner.h"
#include "compat-process.h"
#include "session-policy.h"

void imap_owner_create(struct client *client)
{
	if (coexist_session_policy_get_open(client->user) != 0)
		client_add_capability(client, "METADATA-SERVER");
}
