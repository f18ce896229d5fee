/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mail-functions.h. */

#include "lib.h"
#include "mail-functions.h"
#include "module-dir.h"
#include "compat-doveadm-mail.h"

#include <stddef.h>

#define MODULE "coexist"

/* The names that are looked up. tests/checks/exports reads this table, too: what
   stands here the module has to export. */
static const struct function {
	const char *symbol;
	size_t offset;
} table[] = {
#define FUNCTION(name) \
	{ .symbol = "coexist_"#name, \
	  .offset = offsetof(struct coexist_mail_functions, name) }
	FUNCTION(end_notice_send),
	FUNCTION(inbox_status_read),
	FUNCTION(journal_read),
	FUNCTION(owner_file_read),
	FUNCTION(owner_set),
	FUNCTION(quota_evaluate),
	FUNCTION(quota_has_levels),
	FUNCTION(quota_look),
	FUNCTION(retention_result_free),
	FUNCTION(retention_run),
	FUNCTION(session_policy_get),
	FUNCTION(undo_run),
	FUNCTION(use_noted_read),
	FUNCTION(view_explain),
	FUNCTION(view_find_unlisted),
	FUNCTION(view_reset)
};

_Static_assert(N_ELEMENTS(table) * sizeof(void *) ==
	       sizeof(struct coexist_mail_functions),
	       "each function is looked up, and once");

/* Finds all functions. Returns NULL, or the symbol of the first that is missing. Dovecot's
   symbols are data pointers; this is how POSIX has it. */
static const char *
functions_find(struct module *module, struct coexist_mail_functions *functions)
{
	void **pointer;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(table); i++) {
		pointer = PTR_OFFSET(functions, table[i].offset);
		*pointer = module_get_symbol_quiet(module, table[i].symbol);
		if (*pointer == NULL)
			return table[i].symbol;
	}
	return NULL;
}

/* Returns the plugin, or NULL after logging that it is not loaded. needed is what
   the command needs among mail_plugins. */
static struct module *
plugin_find(struct mail_user *user, const char *name, const char *needed)
{
	struct module *module =
		module_dir_find(mail_storage_service_modules, name);

	if (module == NULL) {
		e_error(user->event, "coexist: mail_plugins does not have %s "
			"for doveadm", needed);
	}
	return module;
}

static int
find(struct mail_user *user, const char *needed,
     struct coexist_mail_functions *functions_r)
{
	struct module *module = plugin_find(user, MODULE, needed);
	const char *missing;

	i_zero(functions_r);
	if (module == NULL)
		return -1;
	missing = functions_find(module, functions_r);
	if (missing == NULL)
		return 0;
	e_error(user->event, "coexist: The module "MODULE" is older than "
		"doveadm's and lacks %s: install all modules of one version",
		missing);
	return -1;
}

int coexist_mail_functions_get(struct mail_user *user,
			       struct coexist_mail_functions *functions_r)
{
	return find(user, "coexist", functions_r);
}

int coexist_mail_functions_find(struct doveadm_mail_cmd_context *ctx,
				struct mail_user *user,
				struct coexist_mail_functions *functions_r)
{
	if (coexist_mail_functions_get(user, functions_r) == 0)
		return 0;
	ctx->exit_code = EX_CONFIG;
	return -1;
}

int coexist_mail_functions_find_quota(struct doveadm_mail_cmd_context *ctx,
				      struct mail_user *user,
				      struct coexist_mail_functions *functions_r)
{
	static const char needed[] = "quota and coexist";

	if (plugin_find(user, "quota", needed) != NULL &&
	    find(user, needed, functions_r) == 0)
		return 0;
	ctx->exit_code = EX_CONFIG;
	return -1;
}
