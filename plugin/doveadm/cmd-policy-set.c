/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy set: all of the values, or none. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "lib-event.h"
#include "coexist-admin.h"
#include "admin-change.h"
#include "admin-document.h"
#include "admin-effect.h"
#include "admin-domains.h"
#include "admin-gate.h"
#include "admin-length.h"
#include "admin-owner.h"
#include "admin-scope.h"
#include "admin-tell.h"
#include "admin-values.h"
#include "policy-document.h"
#include "policy-handover.h"
#include "set-users.h"

/* What is to be set, and where. */
struct change {
	const struct coexist_admin_scope *scope;
	const char *const *values;
	/* there was no document yet */
	bool is_first;
	/* nothing is stored yet, and errors are said for the first time */
	bool is_trial;
};

/* Returns TRUE if one of the values that are set is of a key in the list. */
static bool are_in(const char *const *values, const char *left_out)
{
	const char *const *names = t_strsplit(left_out, ", ");

	for (; *values != NULL; values++) {
		if (str_array_find(names, t_strcut(*values, '=')))
			return TRUE;
	}
	return FALSE;
}

/* A policy that was too long may be made shorter step by step, and changed
   elsewhere. */
static int
length_check(const struct coexist_admin *admin, const char *const *values,
	     size_t before, size_t after, const char *left_out_before,
	     const char *left_out)
{
	if (*left_out == '\0' || after <= before ||
	    (strcmp(left_out, left_out_before) == 0 &&
	     !are_in(values, left_out)))
		return 0;
	coexist_admin_fail(admin, EX_DATAERR, "With the wider scopes' this is a "
			   "policy of %zu bytes, and sessions are told of at "
			   "most %u: they would not obey %s. Shorten it",
			   after, COEXIST_HANDOVER_MAX_SIZE, left_out);
	return -1;
}

static int
document_change(const struct coexist_admin *admin,
		struct coexist_document *document, void *context)
{
	struct change *change = context;
	const struct coexist_admin_scope *scope = change->scope;
	struct coexist_admin_length length;
	const char *left_out_before, *left_out;
	size_t before, after;
	int ret;

	change->is_first = coexist_admin_document_is_empty(document);
	coexist_admin_length_init(admin, &length);
	before = coexist_admin_length_get(admin, &length, scope->kind,
					  scope->name, document,
					  &left_out_before);
	ret = coexist_admin_values_set(admin, document, change->values);
	after = coexist_admin_length_get(admin, &length, scope->kind,
					 scope->name, document, &left_out);
	e_debug(admin->event, "coexist: The hand-over to sessions had %zu "
		"bytes and has %zu, of at most %u", before, after,
		COEXIST_HANDOVER_MAX_SIZE);
	if (ret == 0)
		ret = length_check(admin, change->values, before, after,
				   left_out_before, left_out);
	coexist_admin_length_deinit(&length);
	if (ret == 0 && !change->is_trial)
		coexist_admin_values_warn(admin, change->values);
	coexist_admin_note_change(admin, document);
	return ret;
}

/* Returns 0, or -1 if nothing is to be stored. */
static int change_prepare(struct coexist_admin *admin, struct change *change)
{
	g_autoptr(coexist_document) document = NULL;
	int ret;

	change->is_trial = TRUE;
	ret = coexist_admin_change_try(admin, change->scope,
				       COEXIST_ADMIN_TRUSTED, document_change,
				       change, &document);
	change->is_trial = FALSE;
	return ret < 0 ? ret :
		coexist_admin_effect(admin, change->scope, change->values,
				     document);
}

static void policy_set(struct coexist_admin *admin)
{
	const char *const *values =
		coexist_admin_arguments(admin->cctx, "values");
	struct coexist_admin_scope scope;
	struct change change = {
		.scope = &scope, .values = values
	};

	if (*values == NULL) {
		coexist_admin_fail(admin, EX_USAGE, "Expected KEY=VALUE");
		return;
	}
	if (coexist_set_users_is_given(admin)) {
		coexist_set_users(admin, values);
		return;
	}
	if (coexist_admin_owner_is_asked(admin)) {
		coexist_admin_owner_change(admin, values);
		return;
	}
	if (coexist_admin_scope_read(admin, &scope) < 0 ||
	    change_prepare(admin, &change) < 0)
		return;
	coexist_admin_change(admin, &scope, COEXIST_ADMIN_TRUSTED,
			     document_change, &change);
	/* not each change costs a list of all users */
	if (change.is_first && scope.kind == COEXIST_ADMIN_SCOPE_DOMAIN &&
	    !admin->userdb_failed)
		coexist_admin_domain_check(admin, scope.name);
	coexist_admin_gate_check(admin, values);
	coexist_admin_tell(admin, &scope);
}

static void cmd_policy_set(struct doveadm_cmd_context *cctx)
{
	coexist_admin_run(cctx, policy_set);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_set = {
	.name = "coexist policy set",
	.cmd = cmd_policy_set,
	.usage = COEXIST_ADMIN_SCOPE_USAGE" | -F FILE [--owner] [--reason TEXT] "
		"[--sign-key FILE] "COEXIST_ADMIN_EFFECT_USAGE" "
		COEXIST_ADMIN_TELL_USAGE" KEY=VALUE ...",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_ADMIN_SCOPE_PARAMS,
		COEXIST_PARAM('F', "user-file", CMD_PARAM_ISTREAM, 0),
		COEXIST_PARAM('r', "reason", CMD_PARAM_STR, 0),
		COEXIST_PARAM('k', "sign-key", CMD_PARAM_STR, 0),
		COEXIST_ADMIN_EFFECT_PARAMS,
		COEXIST_ADMIN_TELL_PARAMS,
		COEXIST_ADMIN_OWNER_PARAM,
		COEXIST_PARAM('\0', "values", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
