/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist journal: the audit trail of INBOX, who removed what. */

#include "lib.h"
#include "coexist-commands.h"
#include "array.h"
#include "doveadm.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "str.h"
#include "admin-print.h"
#include "coexist-admin.h"
#include "compat-doveadm-mail.h"
#include "logged-name.h"
#include "mail-functions.h"
#include "time-text.h"
#include "uid-list.h"

/* The length limit of a text in the journal, which the owner of the mailbox may
   have written. */
#define TEXT_LENGTH 256

/* Which lines are wanted. */
struct journal_filter {
	time_t since;
	/* NULL and 0 for all */
	const char *session;
	uint32_t uid;
	/* of INBOX as it is, if a UID is wanted */
	uint32_t uidvalidity;
};

static const enum coexist_change counted[] = {
	COEXIST_CHANGE_READ,
	COEXIST_CHANGE_HIDDEN,
	COEXIST_CHANGE_MOVED,
	COEXIST_CHANGE_EXPUNGED
};

static int
usage_error(struct doveadm_mail_cmd_context *ctx, struct mail_user *user,
	    const char *option, const char *text, const char *expected)
{
	e_error(user->event, "--%s %s: Expected %s", option, text, expected);
	ctx->exit_code = EX_USAGE;
	return -1;
}

static int uidvalidity_read(struct doveadm_mail_cmd_context *ctx,
			    struct mail_user *user, uint32_t *uidvalidity_r)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	struct mailbox *box = mailbox_alloc(ns->list, "INBOX", 0);
	struct mailbox_status status;
	int ret;

	ret = mailbox_get_status(box, STATUS_UIDVALIDITY, &status);
	if (ret < 0) {
		e_error(box->event, "coexist: %s",
			mailbox_get_last_internal_error(box, NULL));
		doveadm_mail_failed_mailbox(ctx, box);
	} else {
		*uidvalidity_r = status.uidvalidity;
	}
	mailbox_free(&box);
	return ret;
}

static int filter_read(struct doveadm_mail_cmd_context *ctx,
		       struct mail_user *user, struct journal_filter *filter_r)
{
	const char *since = coexist_admin_text(ctx->cctx, "since");
	const char *uid = coexist_admin_text(ctx->cctx, "uid");
	bool utc;

	i_zero(filter_r);
	filter_r->session = coexist_admin_text(ctx->cctx, "session");
	if (since != NULL &&
	    mail_parse_human_timestamp(since, &filter_r->since, &utc) < 0) {
		return usage_error(ctx, user, "since", since,
				   "a date, or an interval such as 7d");
	}
	if (uid == NULL)
		return 0;
	if (str_to_uint32(uid, &filter_r->uid) < 0 || filter_r->uid == 0)
		return usage_error(ctx, user, "uid", uid, "a UID");
	return uidvalidity_read(ctx, user, &filter_r->uidvalidity);
}

static bool filter_matches(const struct journal_filter *filter,
			   const struct coexist_journal_line *line)
{
	return line->time >= filter->since &&
		(filter->session == NULL ||
		 strcmp(line->session, filter->session) == 0) &&
		(filter->uid == 0 ||
		 (line->mailbox == NULL &&
		  line->uidvalidity == filter->uidvalidity &&
		  coexist_journal_line_has_uid(line, filter->uid)));
}

static void uids_add(string_t *text, const char *name,
		     const ARRAY_TYPE(seq_range) *uids)
{
	if (array_is_empty(uids))
		return;
	if (str_len(text) > 0)
		str_append_c(text, ' ');
	str_printfa(text, "%s=", name);
	coexist_uid_list_write(text, uids);
}

/* Returns the UIDs, as in "hidden=4 moved=1:3 Trash=17:19". */
static const char *uids_text(const struct coexist_journal_line *line)
{
	const struct coexist_journal_move *move;
	string_t *text = t_str_new(64);
	unsigned int i;

	for (i = 0; i < COEXIST_CHANGE_COUNT; i++)
		uids_add(text, coexist_change_names[i], &line->uids[i]);
	for (i = 0; i < array_count(&line->moves); i++) {
		move = array_idx(&line->moves, i);
		uids_add(text, coexist_change_names[COEXIST_CHANGE_MOVED],
			 &move->uids);
		uids_add(text, coexist_printable(move->target, TEXT_LENGTH),
			 &move->target_uids);
	}
	return str_c(text);
}

static const char *what_text(const struct coexist_journal_line *line,
			     const struct coexist_change_counts *counts)
{
	const char *what = coexist_change_counts_text(counts);

	if (line->chose != NULL) {
		what = t_strconcat("chose ",
			coexist_printable(line->chose, TEXT_LENGTH), NULL);
	}
	if (line->mailbox != NULL) {
		what = t_strdup_printf("%s in %s", what,
			coexist_printable(line->mailbox, TEXT_LENGTH));
	}
	if (line->user != NULL) {
		what = t_strdup_printf("%s by %s", what,
			coexist_printable(line->user, TEXT_LENGTH));
	}
	return line->undoes == NULL ? what :
		t_strdup_printf("%s (undoes %s%s)", what,
				line->undoes_part ? "a part of " : "",
				coexist_printable(line->undoes, TEXT_LENGTH));
}

static void print_text(const char *text)
{
	doveadm_print(coexist_printable(text, TEXT_LENGTH));
}

static void print_line(const struct coexist_journal_line *line)
{
	struct coexist_change_counts counts;
	unsigned int i;

	i_zero(&counts);
	coexist_journal_line_count(line, &counts);
	doveadm_print(coexist_time_text(line->time));
	print_text(line->session);
	print_text(line->protocol);
	print_text(line->address);
	/* it has names of mailboxes */
	doveadm_print(coexist_printable(what_text(line, &counts), SIZE_MAX));
	for (i = 0; i < N_ELEMENTS(counted); i++)
		doveadm_print_num(counts.messages[counted[i]]);
	doveadm_print(uids_text(line));
	coexist_change_counts_free(&counts);
}

static int
cmd_journal_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	pool_t pool = pool_alloconly_create("coexist journal", 8192);
	struct coexist_mail_functions functions;
	struct coexist_journal journal;
	struct journal_filter filter;
	const char *error;
	unsigned int i;
	int ret;

	ret = coexist_mail_functions_find(ctx, user, &functions) < 0 ||
		filter_read(ctx, user, &filter) < 0 ? -1 : 0;
	if (ret == 0 && functions.journal_read(user, pool, &journal, &error) < 0) {
		e_error(user->event, "coexist: %s", error);
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		ret = -1;
	}
	for (i = 0; ret == 0 && i < array_count(&journal.lines); i++) T_BEGIN {
		if (filter_matches(&filter, array_idx(&journal.lines, i)))
			print_line(array_idx(&journal.lines, i));
	} T_END;
	pool_unref(&pool);
	return ret;
}

COEXIST_MAIL_CMD_INIT(cmd_journal_init)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("time"),
		COEXIST_TEXT_COLUMN("session"),
		COEXIST_TEXT_COLUMN("protocol"),
		COEXIST_TEXT_COLUMN("address"),
		COEXIST_TEXT_COLUMN("what")
	};
	unsigned int i;

	COEXIST_PRINT_COLUMNS(columns);
	for (i = 0; i < N_ELEMENTS(counted); i++) {
		const struct coexist_column column =
			COEXIST_NUMBER_COLUMN(coexist_change_names[counted[i]]);

		coexist_print_columns(&column, 1);
	}
	doveadm_print_header_simple("uids");
}

static struct doveadm_mail_cmd_context *cmd_journal_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct doveadm_mail_cmd_context);
	ctx->v.init = cmd_journal_init;
	ctx->v.run = cmd_journal_run;
	coexist_mail_cmd_allow_options(ctx, "s:i:U:");
	/* a row has more than any terminal is wide */
	doveadm_print_init(DOVEADM_PRINT_TYPE_PAGER);
	return ctx;
}

struct doveadm_cmd_ver2 coexist_cmd_journal = {
	.name = "coexist journal",
	.mail_cmd = cmd_journal_alloc,
	.usage = COEXIST_MAIL_USAGE
		" [--since DATE] [--session SESSION] [--uid UID]",
	.parameters = (const struct doveadm_cmd_param[]) {
		DOVEADM_CMD_MAIL_COMMON
		COEXIST_PARAM('s', "since", CMD_PARAM_STR, 0),
		COEXIST_PARAM('i', "session", CMD_PARAM_STR, 0),
		COEXIST_PARAM('U', "uid", CMD_PARAM_STR, 0),
		COEXIST_PARAMS_END
	}
};
