/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in auth-identity.h. */

#include "lib.h"
#include "auth-identity.h"
#include "doveconf-block.h"
#include "saved-rights.h"

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

bool coexist_identity_try(const char *user, coexist_identity_try_t *try,
			  void *context, const char **error_r)
{
	struct coexist_saved_rights rights;
	const struct passwd *passwd = getpwnam(user);
	bool ret = FALSE;

	if (passwd == NULL) {
		*error_r = "No such user: see service auth { user }";
		return FALSE;
	}
	if (coexist_rights_save(&rights) < 0 || rights.euid != 0) {
		*error_r = "Only root can tell";
		return FALSE;
	}
	if (identity_take(passwd))
		ret = try(context, error_r);
	else
		*error_r = t_strdup_printf("Can't become that user: %m");
	if (coexist_rights_restore(&rights) < 0)
		i_fatal("Can't become root again: %m");
	return ret;
}
