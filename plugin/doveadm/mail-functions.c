/* See the contract in mail-functions.h. */

#include "lib.h"
#include "mail-functions.h"
#include "module-dir.h"
#include "compat-doveadm-mail.h"

#define MODULE "coexist"

/* Dovecot's symbols are data pointers; this is how POSIX has it. */
bool coexist_module_function(const char *module_name, const char *symbol,
			     void *function)
{
	struct module *module =
		module_dir_find(mail_storage_service_modules, module_name);

	*(void **)function = module == NULL ? NULL :
		module_get_symbol_quiet(module, symbol);
	return *(void **)function != NULL;
}

static bool functions_find(struct coexist_mail_functions *module_r)
{
	return coexist_module_function(MODULE, "coexist_journal_read",
				       &module_r->journal_read) &&
		coexist_module_function(MODULE, "coexist_inbox_status_read",
					&module_r->inbox_status_read) &&
		coexist_module_function(MODULE, "coexist_undo_run",
					&module_r->undo_run) &&
		coexist_module_function(MODULE, "coexist_retention_run",
					&module_r->retention_run) &&
		coexist_module_function(MODULE, "coexist_retention_result_free",
					&module_r->retention_result_free);
}

int coexist_mail_functions_find(struct doveadm_mail_cmd_context *ctx,
			     struct mail_user *user,
			     struct coexist_mail_functions *module_r)
{
	if (functions_find(module_r))
		return 0;
	e_error(user->event, "coexist: mail_plugins does not have coexist for "
		"doveadm");
	ctx->exit_code = EX_CONFIG;
	return -1;
}
