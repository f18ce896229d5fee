/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy unset: the wider scopes' values hold again. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-change.h"
#include "admin-document.h"
#include "admin-scope.h"
#include "policy-document.h"

static int
keys_unset(const struct coexist_admin *admin,
	   struct coexist_document *document, void *context)
{
	const char *const *names = context;
	int ret = 0;

	for (; *names != NULL; names++) {
		g_autoptr(GError) error = NULL;

		if (!coexist_document_unset(document, *names, &error)) {
			coexist_admin_fail(admin, EX_DATAERR, "%s",
					   error->message);
			ret = -1;
		}
	}
	coexist_admin_note_change(admin, document);
	return ret;
}

static void policy_unset(struct coexist_admin *admin)
{
	const char *const *names =
		coexist_admin_arguments(admin->cctx, "keys");
	bool all = coexist_admin_flag(admin->cctx, "all");
	struct coexist_admin_scope scope;

	if (all == (*names != NULL)) {
		coexist_admin_fail(admin, EX_USAGE,
				   "Expected either keys or --all");
		return;
	}
	if (coexist_admin_scope_read(admin, &scope) < 0)
		return;
	if (all)
		coexist_admin_remove(admin, &scope);
	else
		coexist_admin_change(admin, &scope, COEXIST_ADMIN_TRUSTED,
				     keys_unset, (void *)names);
}

static void cmd_policy_unset(struct doveadm_cmd_context *cctx)
{
	coexist_admin_run(cctx, policy_unset);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_unset = {
	.name = "coexist policy unset",
	.cmd = cmd_policy_unset,
	.usage = COEXIST_ADMIN_SCOPE_USAGE" [--reason TEXT] "
		"[--sign-key FILE] KEY ... | --all",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_ADMIN_SCOPE_PARAMS,
		COEXIST_PARAM('r', "reason", CMD_PARAM_STR, 0),
		COEXIST_PARAM('k', "sign-key", CMD_PARAM_STR, 0),
		COEXIST_PARAM('a', "all", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('\0', "keys", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
