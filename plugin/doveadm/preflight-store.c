/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: the store. A document is stored and removed again; in between it
   must be there for the auth process. And the keys that sign documents. */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"
#include "auth-identity.h"
#include "coexist-admin.h"
#include "doveconf-block.h"
#include "site-keyring.h"
#include "policy-store-admin.h"

/* A name that no mailbox has (RFC 2606). */
#define PROBE_USER "coexist-preflight@invalid"
#define PROBE_TEXT "[policy]\n"

static bool probe_read(void *context, const char **error_r)
{
	struct coexist_admin *admin = context;
	struct coexist_store *store;
	enum coexist_store_status status;
	const char *text;

	if (coexist_store_open(&admin->config, admin->event, &store,
			       error_r) <= 0)
		return FALSE;
	status = coexist_store_read_text(store,
		coexist_store_key_mailbox(PROBE_USER), &text, error_r);
	if (status == COEXIST_STORE_NOT_FOUND)
		*error_r = "The document that was stored is not there";
	coexist_store_close(&store);
	return status == COEXIST_STORE_FOUND;
}

static void
check_auth_user(struct coexist_preflight *preflight, const char *user)
{
	const char *check = t_strdup_printf("store, read by %s", user);
	const char *error;

	if (coexist_identity_try(user, probe_read, preflight->admin, &error)) {
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
		check_auth_user(preflight, coexist_auth_identity(conf));
	if (coexist_store_remove(admin->store, key, &error) < 0) {
		coexist_preflight_print(preflight, "store, written by doveadm",
					COEXIST_PREFLIGHT_FAIL, error);
		return;
	}
	coexist_preflight_print(preflight, "store, written by doveadm",
				COEXIST_PREFLIGHT_OK, "");
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

/* The probe has made the folders by now, but no store of them. */
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
	check_marker(preflight);
}
