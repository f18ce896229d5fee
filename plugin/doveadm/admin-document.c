/* See the contract in admin-document.h. */

#include "lib.h"
#include "admin-document.h"
#include "coexist-admin.h"
#include "policy-store-admin.h"

#include <sysexits.h>

int coexist_admin_document_read(const struct coexist_admin *admin,
				const char *key,
				struct coexist_document **document_r)
{
	g_autoptr(GError) parse_error = NULL;
	const char *text, *error;
	int ret;

	*document_r = NULL;
	ret = coexist_store_read_text(admin->store, key, &text, &error);
	if (ret < 0) {
		coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
		return -1;
	}
	if (ret == 0)
		return 0;
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
