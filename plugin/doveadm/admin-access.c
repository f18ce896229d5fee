/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-access.h. */

#include "lib.h"
#include "admin-access.h"
#include "lib-event.h"
#include "auth-identity.h"
#include "coexist-admin.h"
#include "doveconf.h"
#include "policy-store.h"

#include <fcntl.h>
#include <glib.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

/* Dovecot makes folders and files in it with the group and without rights for
   others, because of the set-group-ID bit (doc/policy-store.md). */
#define FOLDER_MODE 02750

struct read_try {
	const struct coexist_admin *admin;
	const char *key;
};

const char *coexist_admin_auth_user(const struct coexist_admin *admin)
{
	const struct coexist_doveconf_block *conf;
	const char *error;

	if (coexist_doveconf_read(admin->doveconf, &conf, &error) == 0)
		return coexist_auth_identity(conf);
	e_debug(admin->event, "coexist: Can't ask for the user of the auth "
		"process: %s", error);
	return "dovecot";
}

bool coexist_admin_prefix_is_folder(const struct coexist_store *store)
{
	return store->files == NULL || g_str_has_suffix(store->files, "/");
}

/* Returns the folder of a store of files, else NULL. */
static const char *store_folder(const struct coexist_admin *admin)
{
	const char *files = admin->store->files;
	const char *slash = files == NULL ? NULL : strrchr(files, '/');

	return slash == NULL || slash == files || slash[1] != '\0' ? NULL :
		t_strdup_until(files, slash);
}

/* Returns the group of the user, else root's. */
static const struct group *group_find(const char *user)
{
	const struct passwd *passwd = getpwnam(user);

	return passwd == NULL ? NULL : getgrgid(passwd->pw_gid);
}

/* Lets the group read the folder that was made just now, and not what somebody may
   have put into its place. Returns -1 with errno if that fails. */
static int folder_give(const char *folder, gid_t group)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), ret = -1;
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0) {
		if (st.st_uid != geteuid())
			errno = EPERM;
		/* the change of the group may take the bit away */
		else if (fchown(fd, (uid_t)-1, group) == 0)
			ret = fchmod(fd, FOLDER_MODE);
	}
	i_close_fd(&fd);
	return ret;
}

int coexist_admin_store_prepare(const struct coexist_admin *admin,
				const char *user, const char **error_r)
{
	const char *folder = store_folder(admin);
	const struct group *group;
	struct stat st;

	if (folder == NULL || stat(folder, &st) == 0 || errno != ENOENT)
		return 0;
	group = group_find(user);
	if (group == NULL) {
		*error_r = t_strdup_printf("Make %s, and let %s read it",
					   folder, user);
		return -1;
	}
	if (mkdir(folder, 0700) < 0) {
		/* somebody else has just made it */
		if (errno == EEXIST)
			return 0;
		*error_r = t_strdup_printf("mkdir(%s) failed: %m", folder);
		return -1;
	}
	if (folder_give(folder, group->gr_gid) < 0) {
		*error_r = t_strdup_printf("Can't let the group %s read %s: %m",
					   group->gr_name, folder);
		return -1;
	}
	e_debug(admin->event, "coexist: Made %s for the group %s", folder,
		group->gr_name);
	return 0;
}

static bool key_read(void *context, const char **error_r)
{
	const struct read_try *try = context;
	struct coexist_store *store;
	enum coexist_store_status status;
	const char *text;

	if (coexist_store_open(&try->admin->config, try->admin->event, &store,
			       error_r) <= 0)
		return FALSE;
	status = coexist_store_read_text(store, try->key, &text, error_r);
	if (status == COEXIST_STORE_NOT_FOUND)
		*error_r = "What was stored is not there";
	coexist_store_close(&store);
	return status == COEXIST_STORE_FOUND;
}

/* Returns what to do. */
static const char *
remedy(const struct coexist_admin *admin, const char *user)
{
	const char *folder = store_folder(admin);
	const struct group *group = group_find(user);

	if (!coexist_admin_prefix_is_folder(admin->store))
		return COEXIST_REMEDY_PREFIX;
	if (folder == NULL || group == NULL)
		return "Let that user read it";
	return t_strdup_printf("Run: chgrp -R %s %s && find %s "
			       "-type d -exec chmod 2750 {} + -o "
			       "-type f -exec chmod 0640 {} +",
			       group->gr_name, folder, folder);
}

bool coexist_admin_store_is_readable(const struct coexist_admin *admin,
				     const char *user, const char *key,
				     const char **error_r)
{
	struct read_try try = { .admin = admin, .key = key };
	const char *error;

	if (geteuid() != 0 || coexist_identity_try(user, key_read, &try, &error))
		return TRUE;
	*error_r = t_strdup_printf("The auth process can't read what is stored, "
				   "as the user %s: %s. %s", user, error,
				   remedy(admin, user));
	return FALSE;
}

bool coexist_admin_store_is_heard(const struct coexist_admin *admin,
				  const char *key, const char **error_r)
{
	const char *text, *error;

	return admin->store->files == NULL ||
		coexist_store_read_text(admin->store, key, &text, &error) !=
			COEXIST_STORE_FOUND ||
		coexist_admin_store_is_readable(admin,
				coexist_admin_auth_user(admin), key, error_r);
}
