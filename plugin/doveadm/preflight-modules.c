/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: the module files. They are read and not opened, because most of
   them can be opened only by the process that they are for. */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"

#include <glib.h>

/* Every ABI version of Dovecot has it: "2.3.ABIv21(2.3.21.1)". */
#define ABI_MARK ".ABIv"

static const struct {
	const char *file;
	bool is_settings;
} needed_modules[] = {
	{ "auth/libauthdb_coexist.so", FALSE },
	{ "lib20_coexist_plugin.so", FALSE },
	{ "settings/libcoexist_settings.so", TRUE }
};

/* Returns where the text is in the data, or NULL. */
static const char *data_find(const char *data, size_t size, const char *text)
{
	const char *end = data + size, *p = data;

	while ((p = memchr(p, *text, (size_t)(end - p))) != NULL) {
		if ((size_t)(end - p) < strlen(text))
			return NULL;
		if (memcmp(p, text, strlen(text)) == 0)
			return p;
		p++;
	}
	return NULL;
}

/* Returns the ABI version in the file, on the data stack, or NULL. */
static const char *abi_find(const char *data, size_t size)
{
	const char *mark = data_find(data, size, ABI_MARK);
	const char *begin, *end;

	if (mark == NULL)
		return NULL;
	for (begin = mark; begin > data && begin[-1] != '\0'; begin--) ;
	end = memchr(mark, '\0', (size_t)(data + size - mark));
	return end == NULL ? NULL : t_strdup_until(begin, end);
}

/* Dovecot compares it up to the bracket. */
static bool abi_is_ours(const char *abi)
{
	return strcmp(t_strcut(abi, '('),
		      t_strcut(DOVECOT_ABI_VERSION, '(')) == 0;
}

void coexist_preflight_module(struct coexist_preflight *preflight,
			      const char *file, bool needed)
{
	const char *path = t_strconcat(COEXIST_MODULEDIR"/", file, NULL);
	const char *check = t_strconcat("module ", file, NULL);
	g_autoptr(GError) error = NULL;
	GMappedFile *mapped = g_mapped_file_new(path, FALSE, &error);
	const char *abi;

	if (mapped == NULL) {
		coexist_preflight_print(preflight, check, needed ?
			COEXIST_PREFLIGHT_FAIL : COEXIST_PREFLIGHT_NOTE,
			t_strdup_printf("Install it: %s", error->message));
		return;
	}
	abi = abi_find(g_mapped_file_get_contents(mapped),
		       g_mapped_file_get_length(mapped));
	if (abi != NULL && abi_is_ours(abi)) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_OK, "");
	} else {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_FAIL,
			t_strdup_printf("Build it for this Dovecot: it is for "
					"%s, this is "DOVECOT_ABI_VERSION,
					abi == NULL ? "none" : abi));
	}
	g_mapped_file_unref(mapped);
}

void coexist_preflight_modules(struct coexist_preflight *preflight)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(needed_modules); i++) {
		coexist_preflight_module(preflight, needed_modules[i].file,
			!needed_modules[i].is_settings ||
			coexist_doveadm_needs_settings_module());
	}
}
