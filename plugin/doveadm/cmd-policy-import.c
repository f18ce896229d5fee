/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy import: the policies of a file in the format of
   policy-text.h, all of them or none. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "istream.h"
#include "lib-event.h"
#include "admin-batch.h"
#include "admin-tell.h"
#include "coexist-admin.h"
#include "policy-document.h"
#include "policy-text.h"

/* So many errors show what is wrong with a file. */
#define ERRORS_MAX 100
#define LINE_MAX_SIZE COEXIST_DOCUMENT_MAX_SIZE

struct import {
	struct coexist_admin *admin;
	struct coexist_admin_batch *batch;
	const char *file;
	unsigned int line, errors;

	/* what is being read */
	unsigned int scope_line;
	enum coexist_text_kind kind;
	char *name;
	struct coexist_document *document;
};

static void import_fail(struct import *import, const char *error)
{
	coexist_admin_fail(import->admin, EX_DATAERR, "%s:%u: %s", import->file,
			   import->line, error);
	import->errors++;
}

/* What was read of a scope is complete. */
static void scope_end(struct import *import)
{
	static const enum coexist_admin_scope_kind kinds[] = {
		[COEXIST_TEXT_DEFAULT] = COEXIST_ADMIN_SCOPE_DEFAULT,
		[COEXIST_TEXT_DOMAIN] = COEXIST_ADMIN_SCOPE_DOMAIN,
		[COEXIST_TEXT_MAILBOX] = COEXIST_ADMIN_SCOPE_MAILBOX
	};

	if (import->document != NULL &&
	    coexist_admin_batch_add(import->batch, import->scope_line,
				    kinds[import->kind], import->name,
				    import->document) < 0)
		import->errors++;
	g_clear_pointer(&import->document, coexist_document_unref);
	i_free(import->name);
}

static void scope_begin(struct import *import,
			const struct coexist_text_line *line)
{
	scope_end(import);
	import->scope_line = import->line;
	import->kind = line->kind;
	import->name = i_strdup(line->name);
	import->document = coexist_document_new();
}

static void value_read(struct import *import,
		       const struct coexist_text_line *line)
{
	g_autoptr(GError) error = NULL;
	enum coexist_key key;

	if (import->document == NULL)
		import_fail(import, "Expected [default], [domain NAME] or "
			    "[mailbox NAME] before");
	else if (coexist_key_find(line->name, &key) &&
		 coexist_document_get(import->document, key) != NULL)
		import_fail(import, t_strdup_printf("%s is there twice",
						    line->name));
	else if (!coexist_document_set(import->document, line->name,
				       line->value, &error))
		import_fail(import, error->message);
}

static void line_read(struct import *import, char *text)
{
	struct coexist_text_line line;
	const char *error;

	import->line++;
	if (!coexist_text_line_parse(text, &line, &error)) {
		import_fail(import, error);
		return;
	}
	switch (line.kind) {
	case COEXIST_TEXT_NOTHING:
		break;
	case COEXIST_TEXT_DEFAULT:
	case COEXIST_TEXT_DOMAIN:
	case COEXIST_TEXT_MAILBOX:
		scope_begin(import, &line);
		break;
	case COEXIST_TEXT_VALUE:
		value_read(import, &line);
		break;
	}
}

static void file_read(struct import *import, struct istream *input)
{
	const char *line;

	i_stream_set_max_buffer_size(input, LINE_MAX_SIZE);
	while (import->errors < ERRORS_MAX &&
	       (line = i_stream_read_next_line(input)) != NULL) T_BEGIN {
		line_read(import, t_strdup_noconst(line));
	} T_END;
	if (import->errors >= ERRORS_MAX)
		import_fail(import, "Too many errors");
	else if (input->stream_errno != 0) {
		coexist_admin_fail(import->admin, EX_NOINPUT,
				   "read(%s) failed: %s", import->file,
				   i_stream_get_error(input));
		import->errors++;
	}
	scope_end(import);
}

static void policy_import(struct coexist_admin *admin)
{
	static const char *const no_keys[] = { NULL };
	struct import import = { .admin = admin };
	struct istream *input = coexist_admin_batch_input(admin->cctx, "file");

	if (input == NULL) {
		coexist_admin_fail(admin, EX_USAGE, "Expected FILE");
		return;
	}
	import.file = coexist_admin_batch_input_name(admin, input);
	import.batch = coexist_admin_batch_new(admin, import.file);
	file_read(&import, input);
	if (import.errors > 0) {
		coexist_admin_fail(admin, doveadm_exit_code,
				   "Nothing was changed");
	} else if (coexist_admin_batch_count(import.batch) == 0)
		coexist_admin_fail(admin, EX_DATAERR, "%s names no policy",
				   import.file);
	else
		coexist_admin_batch_store(import.batch, no_keys, NULL, NULL);
	coexist_admin_batch_free(import.batch);
}

static void cmd_policy_import(struct doveadm_cmd_context *cctx)
{
	coexist_admin_run(cctx, policy_import);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_import = {
	.name = "coexist policy import",
	.cmd = cmd_policy_import,
	.usage = "[--reason TEXT] [--sign-key FILE] [--force] "
		COEXIST_ADMIN_TELL_USAGE" FILE",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_PARAM('r', "reason", CMD_PARAM_STR, 0),
		COEXIST_PARAM('k', "sign-key", CMD_PARAM_STR, 0),
		COEXIST_PARAM('\0', "force", CMD_PARAM_BOOL, 0),
		COEXIST_ADMIN_TELL_PARAMS,
		COEXIST_PARAM('\0', "file", CMD_PARAM_ISTREAM, CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
