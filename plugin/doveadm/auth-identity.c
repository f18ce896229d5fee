/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in auth-identity.h. */

#include "lib.h"
#include "auth-identity.h"
#include "doveconf-block.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

const char *
coexist_auth_identity(const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *service;
	const char *internal =
		coexist_doveconf_get(conf, "default_internal_user", "dovecot");

	COEXIST_DOVECONF_FOREACH(service, conf, "service") {
		const char *user = coexist_doveconf_get(service, "user", "$");

		/* a $ refers to default_internal_user */
		if (strcmp(service->name, "auth") == 0 && *user != '$')
			return *user == '\0' ? "root" : user;
	}
	return internal;
}

/* Becomes the other user for the file system and sockets. Returns FALSE and
   changes nothing if that fails. */
static bool identity_take(const struct passwd *passwd)
{
	if (initgroups(passwd->pw_name, passwd->pw_gid) < 0)
		return FALSE;
	if (setegid(passwd->pw_gid) < 0)
		return FALSE;
	return seteuid(passwd->pw_uid) == 0;
}

static void identity_restore(const gid_t *groups, int group_count)
{
	if (seteuid(0) < 0 || setegid(0) < 0 ||
	    setgroups((size_t)group_count, groups) < 0)
		i_fatal("Can't become root again: %m");
}

bool coexist_identity_try(const char *user, coexist_identity_try_t *try,
			  void *context, const char **error_r)
{
	gid_t groups[256];
	int group_count = getgroups(N_ELEMENTS(groups), groups);
	const struct passwd *passwd = getpwnam(user);
	bool ret = FALSE;

	if (passwd == NULL) {
		*error_r = "No such user: see service auth { user }";
		return FALSE;
	}
	if (group_count < 0 || geteuid() != 0) {
		*error_r = "Only root can tell";
		return FALSE;
	}
	if (identity_take(passwd))
		ret = try(context, error_r);
	else
		*error_r = t_strdup_printf("Can't become that user: %m");
	identity_restore(groups, group_count);
	return ret;
}
