/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-document.h. */

#include "lib.h"
#include "admin-document.h"
#include "coexist-admin.h"
#include "policy-store.h"

#include <sysexits.h>

int coexist_admin_text_read(const struct coexist_admin *admin, const char *key,
			    const char **text_r)
{
	const char *error;

	switch (coexist_store_read_text(admin->store, key, text_r, &error)) {
	case COEXIST_STORE_FOUND:
		return 1;
	case COEXIST_STORE_NOT_FOUND:
		return 0;
	case COEXIST_STORE_GARBAGE:
		coexist_admin_fail(admin, EX_DATAERR, "%s", error);
		return -1;
	case COEXIST_STORE_FAILED:
		break;
	}
	coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
	return -1;
}

int coexist_admin_document_read(const struct coexist_admin *admin,
				const char *key,
				struct coexist_document **document_r)
{
	g_autoptr(GError) parse_error = NULL;
	const char *text;
	int ret;

	*document_r = NULL;
	ret = coexist_admin_text_read(admin, key, &text);
	if (ret <= 0)
		return ret;
	*document_r = coexist_document_parse(key, text, strlen(text),
					     &parse_error);
	if (*document_r == NULL) {
		coexist_admin_fail(admin, EX_DATAERR, "%s",
				   parse_error->message);
		return -1;
	}
	return 1;
}

bool coexist_admin_document_is_empty(const struct coexist_document *document)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (coexist_document_get(document, i) != NULL)
			return FALSE;
	}
	return *coexist_document_get_unknown(document) == NULL;
}

void coexist_admin_note_change(const struct coexist_admin *admin,
			       struct coexist_document *document)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *updated = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");

	coexist_document_set_meta(document, "updated", updated);
	coexist_document_set_meta(document, "by",
				  coexist_admin_who(admin->cctx));
	/* an earlier change's reason is not this one's */
	coexist_document_set_meta(document, "reason",
				  coexist_admin_text(admin->cctx, "reason"));
}
