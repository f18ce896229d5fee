/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-signature.h. */

#include "lib.h"
#include "admin-signature.h"
#include "doveadm.h"
#include "safe-memset.h"
#include "coexist-admin.h"
#include "small-file.h"

#include <sysexits.h>

coexist_keyring *coexist_admin_keyring_read(const struct coexist_admin *admin)
{
	coexist_keyring *keyring;
	const char *error;

	keyring = coexist_site_keyring_read(&admin->config, &error);
	if (error != NULL)
		e_error(admin->event, "%s", error);
	return keyring;
}

int coexist_admin_keyring_need(const struct coexist_admin *admin,
			       coexist_keyring **keyring_r)
{
	*keyring_r = coexist_admin_keyring_read(admin);
	if (admin->config.unknown[COEXIST_SITE_policy_public_keys] == NULL)
		return 0;
	g_clear_pointer(keyring_r, coexist_keyring_free);
	doveadm_exit_code = EX_CONFIG;
	return -1;
}

int coexist_admin_check_signature(const struct coexist_admin *admin,
				  const struct coexist_document *document,
				  const char *store_key)
{
	g_autoptr(coexist_keyring) keyring = NULL;
	g_autoptr(GError) error = NULL;

	if (coexist_admin_keyring_need(admin, &keyring) < 0)
		return -1;
	if (keyring == NULL ||
	    coexist_document_verify(document, store_key, keyring, &error) ==
	    COEXIST_SIGNATURE_VALID)
		return 0;
	coexist_admin_fail(admin, EX_DATAERR, "%s: %s. What it says does not "
			   "count; read it and sign it as it is by 'policy "
			   "sign', or remove it by 'policy unset --all'",
			   store_key, error->message);
	return -1;
}

/* Returns the key, or NULL after an error was logged and the exit code set. */
static coexist_signing_key *
signing_key_read(const struct coexist_admin *admin, const char *path)
{
	g_autoptr(GError) parse_error = NULL;
	coexist_signing_key *key;
	const char *pem, *error;
	int ret = coexist_small_file_read(path, &pem, &error);

	if (ret <= 0) {
		coexist_admin_fail(admin, EX_NOINPUT, "%s", ret < 0 ? error :
				   t_strdup_printf("%s does not exist", path));
		return NULL;
	}
	key = coexist_signing_key_parse(path, pem, &parse_error);
	if (key == NULL) {
		coexist_admin_fail(admin, EX_NOINPUT, "%s",
				   parse_error->message);
	}
	safe_memset((char *)pem, 0, strlen(pem));
	return key;
}

int coexist_admin_sign(const struct coexist_admin *admin,
		       struct coexist_document *document,
		       const char *store_key)
{
	const char *path = coexist_admin_text(admin->cctx, "sign-key");
	g_autoptr(coexist_signing_key) key = NULL;
	g_autoptr(GError) error = NULL;

	if (path == NULL) {
		if (!coexist_site_wants_signatures(&admin->config))
			return 0;
		coexist_admin_fail(admin, EX_USAGE, "This site wants policies "
				   "to be signed (policy_public_keys): "
				   "expected --sign-key FILE");
		return -1;
	}
	key = signing_key_read(admin, path);
	if (key == NULL)
		return -1;
	if (coexist_document_sign(document, store_key, key, &error))
		return 0;
	coexist_admin_fail(admin, EX_SOFTWARE, "%s", error->message);
	return -1;
}
