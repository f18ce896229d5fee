/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy verify: is this document signed as the site wants? */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-document.h"
#include "admin-print.h"
#include "admin-scope.h"
#include "admin-signature.h"

static void
document_verify(const struct coexist_admin *admin,
		const struct coexist_admin_scope *scope,
		const struct coexist_document *document,
		const coexist_keyring *keyring)
{
	g_autoptr(GError) error = NULL;
	const char *result = "unknown";

	switch (coexist_document_verify(document, scope->key, keyring,
					&error)) {
	case COEXIST_SIGNATURE_VALID:
		result = "valid";
		break;
	case COEXIST_SIGNATURE_INVALID:
		result = "invalid";
		break;
	case COEXIST_SIGNATURE_UNKNOWN:
		break;
	}
	doveadm_print(coexist_admin_scope_kind_name(scope->kind));
	doveadm_print(scope->name);
	doveadm_print(result);
	doveadm_print(error == NULL ? "" : error->message);
	/* With an exit code, the HTTP API would drop the row. */
	if (error != NULL && !coexist_admin_is_http(admin->cctx))
		doveadm_exit_code = EX_DATAERR;
}

static void policy_verify(struct coexist_admin *admin)
{
	struct coexist_admin_scope scope;
	struct coexist_document *document;
	g_autoptr(coexist_keyring) keyring = NULL;

	if (coexist_admin_scope_read(admin, &scope) < 0 ||
	    coexist_admin_keyring_need(admin, &keyring) < 0)
		return;
	if (keyring == NULL) {
		coexist_admin_fail(admin, EX_CONFIG, "This site names no keys: "
				   "policy_public_keys is empty");
		return;
	}
	if (coexist_admin_document_read(admin, scope.key, &document) > 0)
		document_verify(admin, &scope, document, keyring);
	coexist_document_unref(document);
}

static void cmd_policy_verify(struct doveadm_cmd_context *cctx)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("scope"),
		COEXIST_TEXT_COLUMN("name"),
		COEXIST_TEXT_COLUMN("signature"),
		COEXIST_TEXT_COLUMN("problem")
	};

	doveadm_print_init(DOVEADM_PRINT_TYPE_TAB);
	COEXIST_PRINT_COLUMNS(columns);
	coexist_admin_run(cctx, policy_verify);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_verify = {
	.name = "coexist policy verify",
	.cmd = cmd_policy_verify,
	.usage = COEXIST_ADMIN_SCOPE_USAGE,
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_ADMIN_SCOPE_PARAMS,
		COEXIST_PARAMS_END
	}
};
