/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy export: all policies as a text in the format of
   policy-text.h. */

#include "lib.h"
#include "coexist-commands.h"
#include "array.h"
#include "doveadm.h"
#include "doveadm-print.h"
#include "lib-event.h"
#include "str.h"
#include "write-full.h"
#include "admin-document.h"
#include "admin-list.h"
#include "coexist-admin.h"
#include "policy-document.h"
#include "policy-problem.h"
#include "policy-text.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Who reads it may learn who may do what. */
#define FILE_MODE 0600

/* A document's part of the text. */
struct part {
	enum coexist_admin_scope_kind kind;
	const char *name, *text;
};

struct export {
	pool_t pool;
	ARRAY(struct part) parts;
};

/* The default, then domains, then mailboxes, so that a file reads from the wide to the
   narrow, and two of them can be compared. */
static int part_cmp(const struct part *a, const struct part *b)
{
	static const unsigned int order[] = {
		[COEXIST_ADMIN_SCOPE_DEFAULT] = 0,
		[COEXIST_ADMIN_SCOPE_DOMAIN] = 1,
		[COEXIST_ADMIN_SCOPE_MAILBOX] = 2
	};

	return a->kind == b->kind ? strcmp(a->name, b->name) :
		(int)order[a->kind] - (int)order[b->kind];
}

static void
append_scope(string_t *text, enum coexist_admin_scope_kind kind,
	     const char *name)
{
	g_autofree char *escaped = coexist_text_escape(name);

	str_printfa(text, *name == '\0' ? "[%s%s]\n" : "[%s %s]\n",
		    coexist_admin_scope_kind_name(kind), escaped);
}

static void
append_values(string_t *text, const struct coexist_document *document)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		const char *value = coexist_document_get(document, i);

		if (value != NULL) {
			g_autofree char *escaped = coexist_text_escape(value);

			str_printfa(text, "%s=%s\n",
				    coexist_policy_keys[i].name, escaped);
		}
	}
}

/* What is no key can't be imported. */
static void
warn_of_unknown(const struct coexist_admin *admin, const char *key,
		const struct coexist_document *document)
{
	const char *const *unknown = coexist_document_get_unknown(document);

	for (; *unknown != NULL; unknown++) {
		g_autofree char *problem = coexist_problem_of_name(*unknown);

		e_warning(admin->event, "%s: %s is left out: %s", key, *unknown,
			  problem);
	}
}

static void
export_document(const struct coexist_admin *admin,
		enum coexist_admin_scope_kind kind, const char *name,
		const char *key, void *context)
{
	struct export *export = context;
	g_autoptr(coexist_document) document = NULL;
	struct part *part;
	string_t *text;

	if (coexist_admin_document_read(admin, key, &document) <= 0)
		return;
	warn_of_unknown(admin, key, document);
	text = t_str_new(256);
	append_scope(text, kind, name);
	append_values(text, document);
	part = array_append_space(&export->parts);
	part->kind = kind;
	part->name = p_strdup(export->pool, name);
	part->text = p_strdup(export->pool, str_c(text));
}

/* Returns the text, without a line feed at its end, from the pool. */
static const char *text_make(struct export *export)
{
	string_t *text = str_new(export->pool, 64 * 1024);
	const struct part *part;

	array_sort(&export->parts, part_cmp);
	array_foreach(&export->parts, part) {
		if (str_len(text) > 0)
			str_append_c(text, '\n');
		str_append(text, part->text);
	}
	if (str_len(text) > 0)
		str_truncate(text, str_len(text) - 1);
	return str_c(text);
}

/* Puts the text into the file's place when it is complete. */
static void
file_write(const struct coexist_admin *admin, const char *path,
	   const char *text)
{
	const char *temp = t_strdup_printf("%s.%ld", path, (long)getpid());
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL, FILE_MODE);
	bool done;

	if (fd == -1) {
		coexist_admin_fail(admin, EX_CANTCREAT, "open(%s) failed: %m",
				   temp);
		return;
	}
	done = write_full(fd, text, strlen(text)) == 0 &&
		write_full(fd, "\n", 1) == 0 && fsync(fd) == 0;
	if (!done || rename(temp, path) < 0) {
		coexist_admin_fail(admin, EX_IOERR, "Can't write %s: %m", path);
		i_unlink_if_exists(temp);
	}
	i_close_fd(&fd);
}

static void text_print(const char *text)
{
	doveadm_print_init(DOVEADM_PRINT_TYPE_FLOW);
	doveadm_print_header("text", "text",
			     DOVEADM_PRINT_HEADER_FLAG_HIDE_TITLE);
	doveadm_print(text);
}

static void policy_export(struct coexist_admin *admin)
{
	const char *path = coexist_admin_text(admin->cctx, "file");
	const char *mask = coexist_admin_text(admin->cctx, "mask");
	struct export export;
	const char *text;

	/* a file of this host is none of a client's */
	if (path != NULL &&
	    admin->cctx->conn_type != DOVEADM_CONNECTION_TYPE_CLI) {
		coexist_admin_fail(admin, EX_USAGE, "Only the command line "
				   "writes to a file: leave it out, and the "
				   "text is in the answer");
		return;
	}
	export.pool = pool_alloconly_create("coexist export", 64 * 1024);
	i_array_init(&export.parts, 64);
	coexist_admin_list(admin, mask == NULL ? "*" : mask, export_document,
			   &export);
	text = text_make(&export);
	/* a part of the policies is no backup */
	if (doveadm_exit_code != 0) {
		coexist_admin_fail(admin, doveadm_exit_code,
				   "Nothing was exported");
	} else if (path != NULL)
		file_write(admin, path, text);
	else
		text_print(text);
	array_free(&export.parts);
	pool_unref(&export.pool);
}

static void cmd_policy_export(struct doveadm_cmd_context *cctx)
{
	coexist_admin_run(cctx, policy_export);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_export = {
	.name = "coexist policy export",
	.cmd = cmd_policy_export,
	.usage = "[--mask MASK] [FILE]",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_PARAM('m', "mask", CMD_PARAM_STR, 0),
		COEXIST_PARAM('\0', "file", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
