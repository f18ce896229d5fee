/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in site-keyring.h. */

#include "lib.h"
#include "site-keyring.h"
#include "site-config.h"
#include "small-file.h"

#define REMEDY "Put the line into it that 'doveadm coexist policy keygen' " \
	"printed. Until then, documents that it would vouch for are store errors"

bool coexist_site_wants_signatures(const struct coexist_site_config *config)
{
	return *config->texts[COEXIST_SITE_policy_public_keys] != '\0' ||
		config->unknown[COEXIST_SITE_policy_public_keys] != NULL;
}

/* Returns NULL, or an error on the data stack. */
static const char *keyring_add_file(coexist_keyring *keyring, const char *path)
{
	g_autoptr(GError) parse_error = NULL;
	const char *text, *error;

	switch (coexist_small_file_read(path, &text, &error)) {
	case 0:
		return t_strdup_printf("%s does not exist", path);
	case 1:
		if (coexist_keyring_add_text(keyring, path, text, &parse_error))
			return NULL;
		return t_strdup(parse_error->message);
	default:
		return error;
	}
}

coexist_keyring *
coexist_site_keyring_read(const struct coexist_site_config *config,
			  const char **error_r)
{
	const char *list = config->texts[COEXIST_SITE_policy_public_keys];
	const char *item, *error = NULL;
	coexist_keyring *keyring;
	size_t length;

	*error_r = NULL;
	if (!coexist_site_wants_signatures(config))
		return NULL;
	keyring = coexist_keyring_new();
	if (config->unknown[COEXIST_SITE_policy_public_keys] != NULL)
		error = "It names no files";
	while (coexist_list_next(&list, &item, &length)) {
		const char *file_error =
			keyring_add_file(keyring, t_strndup(item, length));

		if (error == NULL)
			error = file_error;
	}
	if (error != NULL) {
		coexist_keyring_set_incomplete(keyring);
		*error_r = t_strdup_printf("policy_public_keys: %s. "REMEDY,
					   error);
	}
	return keyring;
}
