/* preflight: the store. A document is stored and removed again; in between it
   must be there for the auth process. */

#include "lib.h"
#include "preflight.h"
#include "dict.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"
#include "doveconf.h"
#include "policy-store-admin.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

/* A name that no mailbox has (RFC 2606). */
#define PROBE_USER "coexist-preflight@invalid"
#define PROBE_TEXT "[policy]\n"

/* Returns the user that the auth process runs as. */
static const char *auth_user(const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *service;
	const char *internal =
		coexist_doveconf_get(conf, "default_internal_user", "dovecot");

	for (service = coexist_doveconf_find(conf->children, "service");
	     service != NULL;
	     service = coexist_doveconf_find(service->next, "service")) {
		const char *user = coexist_doveconf_get(service, "user", "$");

		/* a $ refers to default_internal_user */
		if (strcmp(service->name, "auth") == 0 && *user != '$')
			return *user == '\0' ? "root" : user;
	}
	return internal;
}

static bool probe_read(struct coexist_admin *admin, const char **error_r)
{
	struct dict *dict;
	const char *text;
	int ret;

	if (coexist_site_config_open_store(&admin->config, admin->event,
					   &dict, error_r) <= 0)
		return FALSE;
	ret = coexist_store_read_text(dict,
		coexist_store_key_mailbox(PROBE_USER), &text, error_r);
	if (ret == 0)
		*error_r = "The document that was stored is not there";
	dict_deinit(&dict);
	return ret > 0;
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

static bool
probe_read_as(struct coexist_admin *admin, const struct passwd *passwd,
	      const char **error_r)
{
	gid_t groups[256];
	int group_count = getgroups(N_ELEMENTS(groups), groups);
	bool ret = FALSE;

	if (group_count < 0 || geteuid() != 0) {
		*error_r = "Only root can tell";
		return FALSE;
	}
	if (identity_take(passwd))
		ret = probe_read(admin, error_r);
	else
		*error_r = t_strdup_printf("Can't become that user: %m");
	identity_restore(groups, group_count);
	return ret;
}

static void
check_auth_user(struct coexist_preflight *preflight, const char *user)
{
	const char *check = t_strdup_printf("store, read by %s", user);
	const struct passwd *passwd = getpwnam(user);
	const char *error;

	if (passwd == NULL) {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_FAIL,
			"No such user: see service auth { user }");
	} else if (probe_read_as(preflight->admin, passwd, &error)) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_OK, "");
	} else {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_FAIL, t_strdup_printf(
			"Let %s read it. For fs:posix, the folder and those in "
			"it need its group and the mode 2750, the files 0640: "
			"%s", user, error));
	}
}

static void
check_written(struct coexist_preflight *preflight,
	      const struct coexist_doveconf_block *conf)
{
	struct coexist_admin *admin = preflight->admin;
	const char *key = coexist_store_key_mailbox(PROBE_USER);
	const char *error;

	if (coexist_store_write_text(admin->store, key, PROBE_TEXT,
				     &error) < 0) {
		coexist_preflight_print(preflight, "store, written by doveadm",
					COEXIST_PREFLIGHT_FAIL, error);
		return;
	}
	if (conf != NULL)
		check_auth_user(preflight, auth_user(conf));
	if (coexist_store_remove(admin->store, key, &error) < 0) {
		coexist_preflight_print(preflight, "store, written by doveadm",
					COEXIST_PREFLIGHT_FAIL, error);
		return;
	}
	coexist_preflight_print(preflight, "store, written by doveadm",
				COEXIST_PREFLIGHT_OK, "");
}

void coexist_preflight_store(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf)
{
	const char *error;

	if (coexist_admin_open_store(preflight->admin, &error) < 0) {
		coexist_preflight_print(preflight, "store",
			COEXIST_PREFLIGHT_FAIL,
			t_strdup_printf("Configure it, for example "
					COEXIST_REMEDY_STORE": %s", error));
		return;
	}
	coexist_preflight_print(preflight, "store", COEXIST_PREFLIGHT_OK, "");
	check_written(preflight, conf);
}
