/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy unset: the wider scopes' values hold again. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-change.h"
#include "admin-document.h"
#include "admin-effect.h"
#include "admin-gate.h"
#include "admin-owner.h"
#include "admin-scope.h"
#include "admin-tell.h"
#include "policy-document.h"

struct change {
	const char *const *names;
	/* all keys go, and names is empty */
	bool all;
};

static int
keys_unset(const struct coexist_admin *admin,
	   struct coexist_document *document, void *context)
{
	const struct change *change = context;
	const char *const *names = change->names;
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

/* Returns 0, or -1 if nothing is to be stored. */
static int
change_prepare(struct coexist_admin *admin,
	       const struct coexist_admin_scope *scope, struct change *change)
{
	g_autoptr(coexist_document) document = NULL;

	if (!change->all &&
	    coexist_admin_change_try(admin, scope, COEXIST_ADMIN_TRUSTED,
				     keys_unset, change, &document) < 0)
		return -1;
	return coexist_admin_effect(admin, scope, change->names, document);
}

static void policy_unset(struct coexist_admin *admin)
{
	const char *const *names =
		coexist_admin_arguments(admin->cctx, "keys");
	struct coexist_admin_scope scope;
	struct change change = {
		.names = names, .all = coexist_admin_flag(admin->cctx, "all")
	};

	if (change.all == (*names != NULL)) {
		coexist_admin_fail(admin, EX_USAGE,
				   "Expected either keys or --all");
		return;
	}
	if (coexist_admin_owner_is_asked(admin)) {
		coexist_admin_owner_change(admin, names);
		return;
	}
	if (coexist_admin_scope_read(admin, &scope) < 0 ||
	    change_prepare(admin, &scope, &change) < 0)
		return;
	if (change.all) {
		coexist_admin_remove(admin, &scope);
	} else {
		coexist_admin_change(admin, &scope, COEXIST_ADMIN_TRUSTED,
				     keys_unset, &change);
		coexist_admin_gate_check(admin, names);
	}
	coexist_admin_tell(admin, &scope);
}

static void cmd_policy_unset(struct doveadm_cmd_context *cctx)
{
	coexist_admin_run(cctx, policy_unset);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_unset = {
	.name = "coexist policy unset",
	.cmd = cmd_policy_unset,
	.usage = COEXIST_ADMIN_SCOPE_USAGE" [--owner] [--reason TEXT] "
		"[--sign-key FILE] "COEXIST_ADMIN_EFFECT_USAGE" "
		COEXIST_ADMIN_TELL_USAGE" KEY ... | --all",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_ADMIN_SCOPE_PARAMS,
		COEXIST_PARAM('r', "reason", CMD_PARAM_STR, 0),
		COEXIST_PARAM('k', "sign-key", CMD_PARAM_STR, 0),
		COEXIST_ADMIN_EFFECT_PARAMS,
		COEXIST_ADMIN_TELL_PARAMS,
		COEXIST_ADMIN_OWNER_PARAM,
		COEXIST_PARAM('a', "all", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('\0', "keys", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
