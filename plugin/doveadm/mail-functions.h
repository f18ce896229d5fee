#ifndef COEXIST_MAIL_FUNCTIONS_H
#define COEXIST_MAIL_FUNCTIONS_H

#include "inbox-status.h"
#include "mailbox-journal.h"
#include "retention.h"
#include "session-undo.h"

struct doveadm_mail_cmd_context;

/* What the module of the mail processes can do, which doveadm loads as
   mail_plugins says. If ours needed its symbols to be loaded, doveadm would not
   know a single one of our commands where they are missing. */
struct coexist_mail_functions {
#define COEXIST_MAIL_FUNCTION(name) __typeof__(coexist_##name) *name;
	COEXIST_MAIL_FUNCTION(journal_read)
	COEXIST_MAIL_FUNCTION(inbox_status_read)
	COEXIST_MAIL_FUNCTION(undo_run)
	COEXIST_MAIL_FUNCTION(retention_run)
	COEXIST_MAIL_FUNCTION(retention_result_free)
};

/* Finds a function of a module that mail_plugins has loaded. function points to
   the pointer that gets it, or NULL. Returns FALSE if there is no such. */
bool coexist_module_function(const char *module, const char *symbol,
			     void *function);

/* Returns 0, or -1 after logging that the module is not loaded and setting the
   exit code. */
int coexist_mail_functions_find(struct doveadm_mail_cmd_context *ctx,
			     struct mail_user *user,
			     struct coexist_mail_functions *module_r);

#endif
