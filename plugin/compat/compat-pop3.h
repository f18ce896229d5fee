/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_POP3_H
#define COEXIST_COMPAT_POP3_H

#include "compat-version.h"
#include "pop3-common.h"
#include "pop3-settings.h"

/* Gives the client settings of its own and returns them. They live as long as
   the client. To be called when the client was created, before it reads
   them. */
static inline struct pop3_settings *
coexist_pop3_settings_copy(struct client *client)
{
	struct pop3_settings *set;
	/* Since 2.4.0: 483f6f6705 "pop3: Use
	   master_service_settings_parser_get()". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	pool_t old_pool = client->set->pool;
	pool_t pool = pool_alloconly_create("coexist pop3 settings", 512);

	set = p_new(pool, struct pop3_settings, 1);
	*set = *client->set;
	set->pool = pool;
	/* what the copy points to is the original's */
	pool_add_external_ref(pool, old_pool);
	pool_unref(&old_pool);
#else
	set = p_new(client->pool, struct pop3_settings, 1);
	*set = *client->set;
#endif
	client->set = set;
	return set;
}

#endif
