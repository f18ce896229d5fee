/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy sign: sign a document as it is. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-change.h"
#include "admin-document.h"
#include "admin-scope.h"

/* The document is signed when it is stored. */
static int
change_nothing(const struct coexist_admin *admin,
	       struct coexist_document *document, void *context ATTR_UNUSED)
{
	if (!coexist_admin_document_is_empty(document))
		return 0;
	coexist_admin_fail(admin, EX_DATAERR, "There is nothing to sign");
	return -1;
}

static void policy_sign(struct coexist_admin *admin)
{
	struct coexist_admin_scope scope;

	if (coexist_admin_text(admin->cctx, "sign-key") == NULL) {
		coexist_admin_fail(admin, EX_USAGE, "Expected --sign-key FILE");
		return;
	}
	if (coexist_admin_scope_read(admin, &scope) == 0)
		coexist_admin_change(admin, &scope, COEXIST_ADMIN_ANYBODY,
				     change_nothing, NULL);
}

static void cmd_policy_sign(struct doveadm_cmd_context *cctx)
{
	coexist_admin_run(cctx, policy_sign);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_sign = {
	.name = "coexist policy sign",
	.cmd = cmd_policy_sign,
	.usage = COEXIST_ADMIN_SCOPE_USAGE" --sign-key FILE",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_ADMIN_SCOPE_PARAMS,
		COEXIST_PARAM('k', "sign-key", CMD_PARAM_STR, 0),
		COEXIST_PARAMS_END
	}
};
