/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy get: what a document names, or what holds. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-document.h"
#include "admin-domains.h"
#include "admin-owner.h"
#include "admin-policy.h"
#include "admin-print.h"
#include "admin-scope.h"
#include "policy-problem.h"

/* Fills in which keys are asked for; none named means all. */
static int
keys_wanted(const struct coexist_admin *admin,
	    bool wanted_r[COEXIST_KEY_COUNT])
{
	const char *const *names =
		coexist_admin_arguments(admin->cctx, "keys");
	enum coexist_key key;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < COEXIST_KEY_COUNT; i++)
		wanted_r[i] = *names == NULL;
	for (; *names != NULL; names++) {
		if (coexist_key_find(*names, &key))
			wanted_r[key] = TRUE;
		else {
			g_autofree char *problem =
				coexist_problem_of_name(*names);

			coexist_admin_fail(admin, EX_USAGE, "%s: %s", *names,
					   problem);
			ret = -1;
		}
	}
	return ret;
}

static void
print_document(const struct coexist_document *document, const bool *wanted)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		const char *text = document == NULL ? NULL :
			coexist_document_get(document, i);

		if (text == NULL || !wanted[i])
			continue;
		doveadm_print(coexist_policy_keys[i].name);
		doveadm_print(text);
	}
}

static void print_meta(const struct coexist_document *document)
{
	static const char *const names[] = { "updated", "by", "reason" };
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		const char *text = document == NULL ? NULL :
			coexist_document_get_meta(document, names[i]);

		if (text == NULL)
			continue;
		doveadm_print(names[i]);
		doveadm_print(text);
	}
}

static void
print_effective(const struct coexist_admin_policy *policy, const bool *wanted)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (!wanted[i])
			continue;
		doveadm_print(coexist_policy_keys[i].name);
		doveadm_print(coexist_policy_text(&policy->policy, i));
		doveadm_print(coexist_admin_policy_origin(policy, i));
	}
}

static void
get_effective(const struct coexist_admin *admin,
	      const struct coexist_admin_scope *scope, const bool *wanted)
{
	struct coexist_admin_policy policy;

	doveadm_print_header_simple("origin");
	if (scope->kind == COEXIST_ADMIN_SCOPE_DOMAIN)
		coexist_admin_domain_check(admin, scope->name);
	if (coexist_admin_policy_read(admin, scope, &policy) == 0) {
		coexist_admin_owner_choose(admin, scope, &policy);
		print_effective(&policy, wanted);
	}
	coexist_admin_policy_deinit(&policy);
}

static void
get_document(const struct coexist_admin *admin,
	     const struct coexist_admin_scope *scope, const bool *wanted)
{
	struct coexist_document *document;

	if (coexist_admin_document_read(admin, scope->key, &document) < 0)
		return;
	print_document(document, wanted);
	if (coexist_admin_flag(admin->cctx, "meta"))
		print_meta(document);
	coexist_document_unref(document);
}

static void policy_get(struct coexist_admin *admin)
{
	struct coexist_admin_scope scope;
	bool wanted[COEXIST_KEY_COUNT];

	if (keys_wanted(admin, wanted) < 0)
		return;
	if (coexist_admin_owner_is_asked(admin)) {
		coexist_admin_owner_print(admin,
			coexist_admin_arguments(admin->cctx, "keys"));
		return;
	}
	if (coexist_admin_scope_read(admin, &scope) < 0)
		return;
	if (coexist_admin_flag(admin->cctx, "effective"))
		get_effective(admin, &scope, wanted);
	else
		get_document(admin, &scope, wanted);
}

static void cmd_policy_get(struct doveadm_cmd_context *cctx)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("key"),
		COEXIST_TEXT_COLUMN("value")
	};

	doveadm_print_init(DOVEADM_PRINT_TYPE_TAB);
	COEXIST_PRINT_COLUMNS(columns);
	coexist_admin_run(cctx, policy_get);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_get = {
	.name = "coexist policy get",
	.cmd = cmd_policy_get,
	.usage = COEXIST_ADMIN_SCOPE_USAGE" [--effective | --meta | --owner] "
		"[KEY ...]",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_ADMIN_SCOPE_PARAMS,
		COEXIST_PARAM('e', "effective", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('m', "meta", CMD_PARAM_BOOL, 0),
		COEXIST_ADMIN_OWNER_PARAM,
		COEXIST_PARAM('\0', "keys", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
