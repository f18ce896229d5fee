/* See the contract in admin-signature.h. */

#include "lib.h"
#include "admin-signature.h"
#include "coexist-admin.h"

#include <sysexits.h>

int coexist_admin_keyring_read(const struct coexist_admin *admin,
			       coexist_keyring **keyring_r)
{
	g_autoptr(coexist_keyring) keyring = coexist_keyring_new();
	g_autoptr(GError) error = NULL;
	const char *list =
		admin->config.texts[COEXIST_SITE_policy_public_keys];
	const char *item;
	size_t length;
	bool found = FALSE;

	*keyring_r = NULL;
	if (admin->config.unknown[COEXIST_SITE_policy_public_keys]) {
		coexist_admin_fail(admin, EX_CONFIG, "policy_public_keys names "
				   "no files, so no document counts");
		return -1;
	}
	while (coexist_list_next(&list, &item, &length)) {
		if (!coexist_keyring_add_file(keyring, t_strndup(item, length),
					      &error)) {
			coexist_admin_fail(admin, EX_CONFIG, "%s",
					   error->message);
			return -1;
		}
		found = TRUE;
	}
	if (found)
		*keyring_r = g_steal_pointer(&keyring);
	return 0;
}

int coexist_admin_check_signature(const struct coexist_admin *admin,
				  const struct coexist_document *document,
				  const char *store_key)
{
	g_autoptr(coexist_keyring) keyring = NULL;
	g_autoptr(GError) error = NULL;

	if (coexist_admin_keyring_read(admin, &keyring) < 0)
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

static bool site_wants_signatures(const struct coexist_admin *admin)
{
	return *admin->config.texts[COEXIST_SITE_policy_public_keys] != '\0' ||
		admin->config.unknown[COEXIST_SITE_policy_public_keys];
}

int coexist_admin_sign(const struct coexist_admin *admin,
		       struct coexist_document *document,
		       const char *store_key)
{
	const char *path = coexist_admin_text(admin->cctx, "sign-key");
	g_autoptr(coexist_signing_key) key = NULL;
	g_autoptr(GError) error = NULL;

	if (path == NULL) {
		if (!site_wants_signatures(admin))
			return 0;
		coexist_admin_fail(admin, EX_USAGE, "This site wants policies "
				   "to be signed (policy_public_keys): "
				   "expected --sign-key FILE");
		return -1;
	}
	key = coexist_signing_key_load(path, &error);
	if (key == NULL || !coexist_document_sign(document, store_key, key,
						  &error)) {
		coexist_admin_fail(admin, EX_NOINPUT, "%s", error->message);
		return -1;
	}
	return 0;
}
