/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: the store. A document is stored and removed again; in between it
   must be there for the auth process. And the keys that sign documents. */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"
#include "admin-access.h"
#include "auth-identity.h"
#include "coexist-admin.h"
#include "doveconf-block.h"
#include "site-keyring.h"
#include "policy-store-admin.h"
#include "store-file.h"

#include <sys/stat.h>
#include <unistd.h>

/* A name that no mailbox has (RFC 2606). */
#define PROBE_USER "coexist-preflight@invalid"
#define PROBE_TEXT "[policy]\n"

static void
check_auth_user(struct coexist_preflight *preflight, const char *user)
{
	const char *check = t_strdup_printf("store, read by %s", user);
	const char *error;

	if (coexist_admin_store_is_readable(preflight->admin, user,
			coexist_store_key_mailbox(PROBE_USER), &error)) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_OK, "");
	} else {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_FAIL, error);
	}
}

/* Stores the probe, and removes it again. Returns FALSE if that failed. */
static bool
check_probe(struct coexist_preflight *preflight,
	    const struct coexist_doveconf_block *conf)
{
	static const char check[] = "store, written by doveadm";
	struct coexist_store *store = preflight->admin->store;
	const char *error, *key = coexist_store_key_mailbox(PROBE_USER);

	if (coexist_store_write_text(store, key, PROBE_TEXT, &error) < 0) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_FAIL, error);
		return FALSE;
	}
	if (conf != NULL)
		check_auth_user(preflight, coexist_auth_identity(conf));
	if (coexist_store_remove(store, key, &error) < 0) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_FAIL, error);
		return FALSE;
	}
	coexist_preflight_print(preflight, check, COEXIST_PREFLIGHT_OK, "");
	return TRUE;
}

/* Returns the folder of the key's file, on the data stack. */
static const char *folder_of(const char *path)
{
	return t_strdup_until(path, strrchr(path, '/'));
}

static bool is_missing(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 && errno == ENOENT;
}

/* Leaves nothing behind: Dovecot's driver makes the folders that are missing, and
   2.4 leaves them there. Returns FALSE if nothing was stored. */
static bool
check_files(struct coexist_preflight *preflight,
	    const struct coexist_doveconf_block *conf, const char *files)
{
	const char *mailboxes = folder_of(coexist_store_file_path(files,
		coexist_store_key_mailbox(PROBE_USER)));
	const char *all = folder_of(mailboxes);
	bool has_mailboxes = !is_missing(mailboxes), has_all = !is_missing(all);
	bool is_written;

	if (is_missing(folder_of(all))) {
		coexist_preflight_print(preflight, "store, folder",
			COEXIST_PREFLIGHT_NOTE, t_strdup_printf(
			"%s is not there. The first 'doveadm coexist policy "
			"set' makes it", folder_of(all)));
		return FALSE;
	}
	is_written = check_probe(preflight, conf);
	if (!has_mailboxes)
		(void)rmdir(mailboxes);
	if (!has_all)
		(void)rmdir(all);
	return is_written;
}

static bool
check_written(struct coexist_preflight *preflight,
	      const struct coexist_doveconf_block *conf)
{
	const char *files = preflight->admin->store->files;

	return files != NULL && *files == '/' ?
		check_files(preflight, conf, files) :
		check_probe(preflight, conf);
}

/* The names of the files begin with it, whatever it ends with. */
static void check_prefix(struct coexist_preflight *preflight)
{
	const char *files = preflight->admin->store->files;

	if (coexist_admin_prefix_is_folder(preflight->admin->store))
		return;
	coexist_preflight_print(preflight, "store, prefix",
		COEXIST_PREFLIGHT_WARN, t_strdup_printf(
		COEXIST_REMEDY_PREFIX": %s/ is not where policies are, but "
		"%scoexist/", files, files));
}

static void
print_marker(struct coexist_preflight *preflight,
	     enum coexist_preflight_status status, const char *remedy)
{
	coexist_preflight_print(preflight, "store, marker", status, remedy);
}

/* Returns TRUE if the store has the document of everybody. */
static bool has_default_document(const struct coexist_admin *admin)
{
	const char *text, *error;

	return coexist_store_read_text(admin->store, COEXIST_STORE_KEY_DEFAULT,
				       &text, &error) == COEXIST_STORE_FOUND;
}

static void print_no_marker(struct coexist_preflight *preflight)
{
	const struct coexist_admin *admin = preflight->admin;
	bool tempfail = coexist_site_number(&admin->config,
		COEXIST_SITE_on_store_error) == COEXIST_ON_STORE_ERROR_TEMPFAIL;

	if (!tempfail && has_default_document(admin)) {
		print_marker(preflight, COEXIST_PREFLIGHT_WARN,
			"It has documents, but no marker, so what is removed "
			"from it may still hold: run 'doveadm coexist policy "
			"init'");
		return;
	}
	print_marker(preflight, tempfail ? COEXIST_PREFLIGHT_FAIL :
		COEXIST_PREFLIGHT_NOTE,
		"Nothing was stored in it yet, or it is not mounted. Mount it; "
		"if it is new, or empty on purpose, run 'doveadm coexist "
		"policy init'");
}

static void check_marker(struct coexist_preflight *preflight)
{
	const char *text, *error;

	switch (coexist_store_read_text(preflight->admin->store,
					COEXIST_STORE_KEY_MARKER, &text,
					&error)) {
	case COEXIST_STORE_FOUND:
		print_marker(preflight, COEXIST_PREFLIGHT_OK, "");
		break;
	case COEXIST_STORE_NOT_FOUND:
		print_no_marker(preflight);
		break;
	case COEXIST_STORE_GARBAGE:
	case COEXIST_STORE_FAILED:
		print_marker(preflight, COEXIST_PREFLIGHT_FAIL, error);
		break;
	}
}

static bool keys_read(void *context, const char **error_r)
{
	struct coexist_admin *admin = context;
	coexist_keyring *keyring =
		coexist_site_keyring_read(&admin->config, error_r);

	coexist_keyring_free(keyring);
	return *error_r == NULL;
}

void coexist_preflight_keys(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf)
{
	static const char check[] = "policy_public_keys";
	struct coexist_admin *admin = preflight->admin;
	const char *error, *user = conf == NULL ? NULL :
		coexist_auth_identity(conf);

	if (!coexist_site_wants_signatures(&admin->config))
		return;
	if (!keys_read(admin, &error)) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_FAIL, error);
	} else if (user != NULL &&
		   !coexist_identity_try(user, keys_read, admin, &error)) {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_WARN, t_strdup_printf(
			"Let %s read the files, or it needs a reload to see "
			"that they changed: %s", user, error));
	} else {
		coexist_preflight_print(preflight, check, COEXIST_PREFLIGHT_OK,
					"");
	}
}

/* Opens the store once. */
static int store_open(struct coexist_preflight *preflight)
{
	if (preflight->admin->store == NULL && preflight->store_error == NULL) {
		preflight->store_ret = coexist_admin_open_store(
			preflight->admin, &preflight->store_error);
	}
	return preflight->store_ret;
}

bool coexist_preflight_has_documents(struct coexist_preflight *preflight)
{
	const char *text, *error;
	int ret = store_open(preflight);

	if (ret <= 0)
		return ret < 0;
	return coexist_store_read_text(preflight->admin->store,
				       COEXIST_STORE_KEY_MARKER, &text,
				       &error) != COEXIST_STORE_NOT_FOUND ||
		has_default_document(preflight->admin);
}

void coexist_preflight_store(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf)
{
	if (store_open(preflight) <= 0) {
		coexist_preflight_print(preflight, "store",
					COEXIST_PREFLIGHT_FAIL,
					preflight->store_error);
		return;
	}
	coexist_preflight_print(preflight, "store", COEXIST_PREFLIGHT_OK, "");
	check_prefix(preflight);
	if (check_written(preflight, conf))
		coexist_preflight_documents(preflight);
	check_marker(preflight);
}
