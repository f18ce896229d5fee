/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in userdb-reach.h. */

#include "lib.h"
#include "userdb-reach.h"
#include "doveconf.h"
#include "doveconf-database.h"
#include "lib-event.h"
#include "coexist-admin.h"

/* They have users, and no list of them. */
static const char *const unlisted[] = { "static", "checkpassword", NULL };
/* They know whom a passdb or another userdb has just found. */
static const char *const followers[] = { "prefetch", "coexist", NULL };

/* Returns the configuration, or NULL. */
static const struct coexist_doveconf_block *
configuration_read(const struct coexist_admin *admin)
{
	const struct coexist_doveconf_block *root;
	const char *error;

	if (coexist_doveconf_read(admin->doveconf, &root, &error) == 0)
		return root;
	e_debug(admin->event, "coexist: The userdbs are not known: %s", error);
	return NULL;
}

static unsigned int
userdbs_count(const struct coexist_doveconf_block *root,
	      const char *const *drivers)
{
	const struct coexist_doveconf_block *userdb;
	unsigned int count = 0;

	COEXIST_DOVECONF_FOREACH(userdb, root, "userdb") {
		if (drivers == NULL ||
		    str_array_find(drivers, coexist_doveconf_driver(userdb)))
			count++;
	}
	return count;
}

bool coexist_userdbs_list_all(const struct coexist_admin *admin)
{
	const struct coexist_doveconf_block *root = configuration_read(admin);

	return root != NULL && userdbs_count(root, unlisted) == 0;
}

bool coexist_userdbs_find(const struct coexist_admin *admin)
{
	const struct coexist_doveconf_block *root = configuration_read(admin);

	return root == NULL ||
		userdbs_count(root, NULL) > userdbs_count(root, followers);
}
