/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in error-rows.h. */

#include "lib.h"
#include "error-rows.h"
#include "array.h"
#include "failures.h"
#include "lib-event-private.h"
#include "doveadm.h"
#include "doveadm-print.h"
#include "coexist-admin.h"
#include "compat-doveadm-mail.h"
#include "coexist-commands.h"
#include "logged-name.h"

/* One request may be about all users. */
#define ERRORS_MAX 100
#define ERROR_MAX_CHARS 1000

static const struct doveadm_cmd_param errors_param =
	COEXIST_PARAM('\0', "errors", CMD_PARAM_BOOL, 0);

static pool_t commands_pool;
static ARRAY(const struct doveadm_cmd_ver2 *) commands;

/* The command that runs: doveadm runs one after the other. */
static struct {
	pool_t pool;
	ARRAY_TYPE(const_string) texts;
	/* of a command for users */
	const struct doveadm_cmd_ver2 *cmd;
	void (*deinit)(struct doveadm_mail_cmd_context *ctx);
} errors;

/* Returns the text without what the log says before it: Dovecot 2.4 names the command,
   and we ourselves. */
static const char *without_prefixes(const char *text)
{
	const char *prefixes[] = {
		t_strdup_printf("cmd %s: ", errors.cmd->name), "coexist: "
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(prefixes); i++) {
		size_t length = strlen(prefixes[i]);

		if (strncmp(text, prefixes[i], length) == 0)
			text += length;
	}
	return text;
}

/* Hears of each error that is logged, whoever handles the log meanwhile. */
static bool
error_note(struct event *event ATTR_UNUSED, enum event_callback_type type,
	   struct failure_context *ctx, const char *format, va_list args)
{
	const char *text;
	va_list copy;

	if (type != EVENT_CALLBACK_TYPE_SEND || ctx->type != LOG_TYPE_ERROR ||
	    array_count(&errors.texts) == ERRORS_MAX)
		return TRUE;
	VA_COPY(copy, args);
	text = t_strdup_vprintf(format, copy);
	va_end(copy);
	text = coexist_printable(without_prefixes(text), ERROR_MAX_CHARS);
	text = p_strdup(errors.pool, text);
	array_push_back(&errors.texts, &text);
	return TRUE;
}

/* Some errors of Dovecot 2.3 are no events. */
static const char *text_of_exit_code(void)
{
	switch (doveadm_exit_code) {
	case EX_NOUSER:
		return "User doesn't exist";
	case DOVEADM_EX_NOTFOUND:
		return "Not found";
	case EX_TEMPFAIL:
		return "Failed for now: the reason is in Dovecot's log";
	default:
		return "Failed: the reason is in Dovecot's log";
	}
}

/* Doveadm repeats what is sticky in each row. */
static void columns_print(void)
{
	doveadm_print_header("error", "error", DOVEADM_PRINT_HEADER_FLAG_STICKY);
	doveadm_print_header("exit_code", "exit_code",
			     DOVEADM_PRINT_HEADER_FLAG_STICKY |
			     DOVEADM_PRINT_HEADER_FLAG_NUMBER);
}

/* Prints it with what the command's own columns have not to say. */
static void row_print(const char *text, unsigned int columns)
{
	doveadm_print_sticky("error", text);
	doveadm_print_sticky("exit_code", dec2str(doveadm_exit_code));
	while (columns-- > 0)
		doveadm_print(NULL);
}

/* Prints the errors of a command that failed, which has succeeded then. sticky is
   how many columns of its own doveadm repeats. */
static void rows_print(unsigned int sticky)
{
	unsigned int columns = doveadm_print_get_headers_count() - 2 - sticky;
	const char *text;

	if (doveadm_exit_code == 0)
		return;
	/* a row needs a column that is not repeated */
	if (columns == 0) {
		doveadm_print_header_simple("result");
		columns++;
	}
	if (array_count(&errors.texts) == 0)
		row_print(text_of_exit_code(), columns);
	array_foreach_elem(&errors.texts, text)
		row_print(text, columns);
	doveadm_exit_code = 0;
}

static const struct doveadm_cmd_ver2 *command_find(const char *name)
{
	const struct doveadm_cmd_ver2 *cmd;

	array_foreach_elem(&commands, cmd) {
		if (strcmp(cmd->name, name) == 0)
			return cmd;
	}
	i_unreached();
}

/* A command for users that names none would end the process that Dovecot's HTTP API
   runs in. */
static bool users_are_named(const struct doveadm_cmd_context *cctx)
{
	static const char *const names[] = {
		"user", "user-file", "domain", NULL
	};
	struct coexist_admin admin;
	int i;

	for (i = 0; i < cctx->argc; i++) {
		const struct doveadm_cmd_param *param = &cctx->argv[i];

		if (param->value_set &&
		    str_array_find(names, param->name))
			return TRUE;
	}
	if (coexist_admin_flag(cctx, "all-users"))
		return TRUE;
	coexist_admin_begin(cctx, &admin);
	coexist_admin_fail(&admin, EX_USAGE, "Whose mailbox? Expected user");
	coexist_admin_deinit(&admin);
	return FALSE;
}

/* Runs the command as if there were no parameter of ours, which comes first. */
static void command_run(struct doveadm_cmd_context *cctx)
{
	const struct doveadm_cmd_ver2 *cmd = command_find(cctx->cmd->name);

	cctx->argv++;
	cctx->argc--;
	if (cmd->mail_cmd != NULL && coexist_admin_is_http(cctx) &&
	    !users_are_named(cctx))
		return;
	if (cmd->cmd != NULL)
		cmd->cmd(cctx);
	else
		doveadm_cmd_ver2_to_mail_cmd_wrapper(cctx);
}

/* Behind this, Dovecot 2.3 has ended the rows. */
static void users_deinit(struct doveadm_mail_cmd_context *ctx)
{
	if (errors.deinit != NULL)
		errors.deinit(ctx);
	if (ctx->exit_code != 0)
		doveadm_exit_code = ctx->exit_code;
	/* the name of the user is one */
	rows_print(ctx->iterate_single_user ? 0 : 1);
	ctx->exit_code = 0;
}

static struct doveadm_mail_cmd_context *users_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx = errors.cmd->mail_cmd();

	errors.deinit = ctx->v.deinit;
	ctx->v.deinit = users_deinit;
	return ctx;
}

static void command_run_with_rows(struct doveadm_cmd_context *cctx)
{
	struct doveadm_cmd_ver2 cmd = *cctx->cmd;

	errors.pool = pool_alloconly_create("coexist errors", 1024);
	p_array_init(&errors.texts, errors.pool, 4);
	errors.cmd = cctx->cmd;
	event_register_callback(error_note);
	columns_print();
	cmd.mail_cmd = users_alloc;
	cctx->cmd = &cmd;
	command_run(cctx);
	cctx->cmd = errors.cmd;
	event_unregister_callback(error_note);
	rows_print(0);
	pool_unref(&errors.pool);
}

static void command_wrap(struct doveadm_cmd_context *cctx)
{
	if (coexist_admin_is_http(cctx) &&
	    coexist_admin_flag(cctx, errors_param.name))
		command_run_with_rows(cctx);
	else
		command_run(cctx);
}

static unsigned int params_count(const struct doveadm_cmd_param *params)
{
	unsigned int count = 0;

	while (params[count].name != NULL)
		count++;
	return count;
}

void coexist_error_rows_register(const struct doveadm_cmd_ver2 *cmd)
{
	unsigned int count = params_count(cmd->parameters) + 1;
	struct doveadm_cmd_param *params;
	struct doveadm_cmd_ver2 wrapped = *cmd;

	if (commands_pool == NULL) {
		commands_pool = pool_alloconly_create("coexist commands", 1024);
		p_array_init(&commands, commands_pool, 32);
	}
	params = p_new(commands_pool, struct doveadm_cmd_param, 1 + count);
	params[0] = errors_param;
	memcpy(params + 1, cmd->parameters, count * sizeof(*params));
	wrapped.cmd = command_wrap;
	wrapped.parameters = params;
	array_push_back(&commands, &cmd);
	doveadm_cmd_register_ver2(&wrapped);
}

void coexist_error_rows_deinit(void)
{
	pool_unref(&commands_pool);
}
