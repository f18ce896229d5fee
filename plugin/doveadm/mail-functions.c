/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mail-functions.h. */

#include "lib.h"
#include "mail-functions.h"
#include "module-dir.h"
#include "compat-doveadm-mail.h"

#include <stddef.h>

/* The names that are looked up. tests/checks/exports reads this table, too: what
   stands here the module has to export. */
static const struct function {
	const char *module, *symbol;
	size_t offset;
} table[] = {
#define FUNCTION(module_name, name) \
	{ .module = #module_name, .symbol = "coexist_"#name, \
	  .offset = offsetof(struct coexist_mail_functions, name) }
	FUNCTION(coexist, inbox_status_read),
	FUNCTION(coexist, journal_read),
	FUNCTION(coexist, retention_result_free),
	FUNCTION(coexist, retention_run),
	FUNCTION(coexist, session_policy_get),
	FUNCTION(coexist, undo_run),
	FUNCTION(coexist_quota, quota_evaluate),
	FUNCTION(coexist_quota, quota_has_levels),
	FUNCTION(coexist_quota, quota_look)
};

_Static_assert(N_ELEMENTS(table) * sizeof(void *) ==
	       sizeof(struct coexist_mail_functions),
	       "each function is looked up, and once");

static bool is_loaded(const char *module)
{
	return module_dir_find(mail_storage_service_modules, module) != NULL;
}

/* Dovecot's symbols are data pointers; this is how POSIX has it. */
static bool function_find(const struct function *function,
			  struct coexist_mail_functions *functions)
{
	struct module *module = module_dir_find(mail_storage_service_modules,
						function->module);
	void **pointer = PTR_OFFSET(functions, function->offset);

	*pointer = module_get_symbol_quiet(module, function->symbol);
	return *pointer != NULL;
}

/* Finds the functions of a module that is loaded. Returns NULL, or the first that
   is missing. */
static const struct function *
functions_find(const char *module, struct coexist_mail_functions *functions)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(table); i++) {
		if (strcmp(table[i].module, module) == 0 &&
		    !function_find(&table[i], functions))
			return &table[i];
	}
	return NULL;
}

/* Finds the functions of these modules, NULL-terminated. needed is what the
   command needs among mail_plugins. */
static int
modules_find(struct doveadm_mail_cmd_context *ctx, struct mail_user *user,
	     const char *const *modules, const char *needed,
	     struct coexist_mail_functions *functions_r)
{
	const struct function *missing = NULL;

	i_zero(functions_r);
	for (; *modules != NULL && missing == NULL; modules++) {
		if (!is_loaded(*modules)) {
			e_error(user->event, "coexist: mail_plugins does not "
				"have %s for doveadm", needed);
			ctx->exit_code = EX_CONFIG;
			return -1;
		}
		missing = functions_find(*modules, functions_r);
	}
	if (missing == NULL)
		return 0;
	e_error(user->event, "coexist: The module %s is older than doveadm's "
		"and lacks %s: install all modules of one version",
		missing->module, missing->symbol);
	ctx->exit_code = EX_CONFIG;
	return -1;
}

int coexist_mail_functions_find(struct doveadm_mail_cmd_context *ctx,
				struct mail_user *user,
				struct coexist_mail_functions *functions_r)
{
	static const char *const modules[] = { "coexist", NULL };

	return modules_find(ctx, user, modules, "coexist", functions_r);
}

int coexist_mail_functions_find_quota(struct doveadm_mail_cmd_context *ctx,
				      struct mail_user *user,
				      struct coexist_mail_functions *functions_r)
{
	static const char *const modules[] = {
		"coexist", "coexist_quota", NULL
	};

	return modules_find(ctx, user, modules,
			    "quota, coexist and coexist_quota", functions_r);
}
