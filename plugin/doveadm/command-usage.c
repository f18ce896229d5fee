/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in command-usage.h. */

#include "lib.h"
#include "command-usage.h"
#include "strfuncs.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"
#include "coexist-commands.h"

static const struct doveadm_cmd_ver2 *const commands[] = {
#define COMMAND_ADDRESS(name) &coexist_cmd_##name,
	COEXIST_COMMANDS(COMMAND_ADDRESS)
};

static bool is_help(const char *const *words)
{
	static const char *const help[] = { "--help", "-h", "help", NULL };

	return *words != NULL && str_array_find(help, *words);
}

/* A terminal is at least so wide. */
#define WIDTH 80
#define INDENT "       "

/* Returns the length of what is not broken: up to a space outside of brackets. */
static size_t part_length(const char *usage)
{
	unsigned int depth = 0;
	size_t i;

	for (i = 0; usage[i] != '\0' && (usage[i] != ' ' || depth > 0); i++) {
		if (usage[i] == '[')
			depth++;
		else if (usage[i] == ']' && depth > 0)
			depth--;
	}
	return i;
}

static void
command_print(FILE *output, const struct doveadm_cmd_ver2 *command)
{
	const char *usage = command->usage;
	size_t length, column = strlen("doveadm ") + strlen(command->name);

	fprintf(output, "doveadm %s", command->name);
	for (; *usage != '\0'; usage += strspn(usage, " ")) {
		length = part_length(usage);
		if (column + 1 + length > WIDTH) {
			fprintf(output, "\n"INDENT);
			column = strlen(INDENT);
		}
		fprintf(output, " %.*s", (int)length, usage);
		column += 1 + length;
		usage += length;
	}
	fprintf(output, "\n");
}

static void usage_print(FILE *output)
{
	unsigned int i;

	fprintf(output, "usage: doveadm [-D] [-f FORMATTER] coexist COMMAND\n");
	for (i = 0; i < N_ELEMENTS(commands); i++)
		command_print(output, commands[i]);
}

static void usage_fail(struct doveadm_cmd_context *cctx,
		       const char *const *words)
{
	struct coexist_admin admin;

	coexist_admin_begin(cctx, &admin);
	if (*words != NULL) {
		coexist_admin_fail(&admin, EX_USAGE, "There is no command "
				   "doveadm coexist %s",
				   t_strarray_join(words, " "));
	}
	doveadm_exit_code = EX_USAGE;
	coexist_admin_deinit(&admin);
}

static void cmd_usage(struct doveadm_cmd_context *cctx)
{
	const char *const *words = coexist_admin_arguments(cctx, "command");

	if (is_help(words)) {
		usage_print(stdout);
		return;
	}
	usage_fail(cctx, words);
	if (cctx->conn_type == DOVEADM_CONNECTION_TYPE_CLI)
		usage_print(stderr);
}

struct doveadm_cmd_ver2 coexist_command_usage = {
	.name = "coexist",
	.cmd = cmd_usage,
	.usage = "COMMAND",
	.flags = CMD_FLAG_NO_OPTIONS | CMD_FLAG_NO_PRINT,
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_PARAM('\0', "command", CMD_PARAM_ARRAY,
			      CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
