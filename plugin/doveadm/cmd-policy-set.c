/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy set: all of the values, or none. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "lib-event.h"
#include "coexist-admin.h"
#include "admin-change.h"
#include "admin-document.h"
#include "admin-length.h"
#include "admin-scope.h"
#include "policy-document.h"
#include "policy-handover.h"

/* What is to be set, and where. */
struct change {
	const struct coexist_admin_scope *scope;
	const char *const *values;
};

/* Goes on after an error, so that all of them are named. */
static int
values_set(const struct coexist_admin *admin,
	   struct coexist_document *document, const char *const *values)
{
	int ret = 0;

	for (; *values != NULL; values++) {
		g_autoptr(GError) error = NULL;
		const char *text = strchr(*values, '=');

		if (text == NULL) {
			coexist_admin_fail(admin, EX_USAGE,
					   "%s: Expected KEY=VALUE", *values);
			ret = -1;
		} else if (!coexist_document_set(document,
						 t_strdup_until(*values, text),
						 text + 1, &error)) {
			coexist_admin_fail(admin, EX_DATAERR, "%s",
					   error->message);
			ret = -1;
		}
	}
	return ret;
}

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
	const struct change *change = context;
	const struct coexist_admin_scope *scope = change->scope;
	struct coexist_admin_length length;
	const char *left_out_before, *left_out;
	size_t before, after;
	int ret;

	coexist_admin_length_init(admin, &length);
	before = coexist_admin_length_get(admin, &length, scope->kind,
					  scope->name, document,
					  &left_out_before);
	ret = values_set(admin, document, change->values);
	after = coexist_admin_length_get(admin, &length, scope->kind,
					 scope->name, document, &left_out);
	e_debug(admin->event, "coexist: The hand-over to sessions had %zu "
		"bytes and has %zu, of at most %u", before, after,
		COEXIST_HANDOVER_MAX_SIZE);
	if (ret == 0)
		ret = length_check(admin, change->values, before, after,
				   left_out_before, left_out);
	coexist_admin_length_deinit(&length);
	coexist_admin_note_change(admin, document);
	return ret;
}

static void policy_set(struct coexist_admin *admin)
{
	const char *const *values =
		coexist_admin_arguments(admin->cctx, "values");
	struct coexist_admin_scope scope;
	struct change change = { .scope = &scope, .values = values };

	if (*values == NULL) {
		coexist_admin_fail(admin, EX_USAGE, "Expected KEY=VALUE");
		return;
	}
	if (coexist_admin_scope_read(admin, &scope) == 0) {
		coexist_admin_change(admin, &scope, COEXIST_ADMIN_TRUSTED,
				     document_change, &change);
	}
}

static void cmd_policy_set(struct doveadm_cmd_context *cctx)
{
	coexist_admin_run(cctx, policy_set);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_set = {
	.name = "coexist policy set",
	.cmd = cmd_policy_set,
	.usage = COEXIST_ADMIN_SCOPE_USAGE" [--reason TEXT] "
		"[--sign-key FILE] KEY=VALUE ...",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_ADMIN_SCOPE_PARAMS,
		COEXIST_PARAM('r', "reason", CMD_PARAM_STR, 0),
		COEXIST_PARAM('k', "sign-key", CMD_PARAM_STR, 0),
		COEXIST_PARAM('\0', "values", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
