/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist undo: roll back a session by its lines of the journal. */

#include "lib.h"
#include "coexist-commands.h"
#include "array.h"
#include "doveadm.h"
#include "mail-user.h"
#include "str.h"
#include "admin-print.h"
#include "coexist-admin.h"
#include "compat-doveadm-mail.h"
#include "logged-name.h"
#include "mail-functions.h"
#include "uid-list.h"

/* Of a text that names messages. */
#define UIDS_LENGTH 200

struct undo_cmd_context {
	struct doveadm_mail_cmd_context ctx;
	/* in how many mailboxes the session was found */
	unsigned int found;
};

static void print_result(const char *session,
			 const struct coexist_undo_result *result)
{
	doveadm_print(session);
	doveadm_print_num(result->shown);
	doveadm_print_num(result->returned);
	doveadm_print_num(result->unread);
	doveadm_print_num(result->gone);
	doveadm_print_num(result->expunged);
	doveadm_print_num(result->missing);
	doveadm_print_num(result->failed);
}

static void tell_expunged(struct mail_user *user,
			  const struct coexist_undo_result *result)
{
	if (result->expunged > 0) {
		e_warning(user->event, "coexist: %"PRIu64" messages were "
			  "expunged and can't be put back but from a backup",
			  result->expunged);
	}
}

static void tell_missing(struct doveadm_mail_cmd_context *ctx,
			 struct mail_user *user,
			 const struct coexist_undo_result *result)
{
	if (result->missing == 0)
		return;
	e_error(user->event, "coexist: The journal does not say any more what "
		"became of %"PRIu64" messages of this session, and they stay "
		"as they are: look for them where the session has put the "
		"others", result->missing);
	/* to try again helps nobody, unless it does for the others */
	if (ctx->exit_code == 0)
		ctx->exit_code = EX_DATAERR;
}

static const char *uids_text(const ARRAY_TYPE(seq_range) *uids)
{
	string_t *text = t_str_new(128);

	coexist_uid_list_write(text, uids);
	if (str_len(text) > UIDS_LENGTH) {
		str_truncate(text, UIDS_LENGTH);
		str_append(text, "...");
	}
	return str_c(text);
}

/* Returns TRUE and the messages of the mailbox that are not shown for the reason of this one;
   FALSE if they were told before. */
static bool
unlisted_group(const ARRAY_TYPE(coexist_view_message) *messages,
	       unsigned int idx, ARRAY_TYPE(seq_range) *uids_r)
{
	const struct coexist_view_message *all, *first;
	unsigned int i, count;

	all = array_get(messages, &count);
	first = &all[idx];
	t_array_init(uids_r, 16);
	for (i = 0; i < count; i++) {
		if (strcmp(all[i].mailbox, first->mailbox) != 0 ||
		    strcmp(all[i].why, first->why) != 0)
			continue;
		if (i < idx)
			return FALSE;
		seq_range_array_add(uids_r, all[i].uid);
	}
	return TRUE;
}

static void
unlisted_warn(struct mail_user *user, const struct coexist_view_message *first,
	      const ARRAY_TYPE(seq_range) *uids)
{
	const char *why = *first->keys == '\0' ? first->why :
		t_strdup_printf("%s, by %s", first->why, first->keys);

	e_warning(user->event, "coexist: POP3 is not shown %u of the messages "
		  "that are back in %s (%s), with the UIDs %s: doveadm "
		  "coexist explain --pop3-view tells of each",
		  seq_range_count(uids), first->mailbox, why, uids_text(uids));
}

/* What is back where IMAP sees it need not be what a POP3 client is shown. */
static void
tell_unlisted(struct mail_user *user,
	      const struct coexist_mail_functions *functions,
	      const struct coexist_undo_result *result)
{
	ARRAY_TYPE(coexist_view_message) messages;
	ARRAY_TYPE(seq_range) uids;
	unsigned int i;

	if (functions->view_find_unlisted(user, &result->back, &messages) < 0) {
		e_warning(user->event, "coexist: Which of these messages POP3 "
			  "is shown can't be found out, see the error before");
		return;
	}
	for (i = 0; i < array_count(&messages); i++) {
		if (unlisted_group(&messages, i, &uids)) {
			unlisted_warn(user, array_idx(&messages, i), &uids);
		}
	}
}

/* Returns what to do about lines that are to be undone for another user. */
static const char *owner_text(const char *session, const char *owner)
{
	/* as the journal has it, which its owner may have written */
	owner = coexist_printable(owner, SIZE_MAX);
	return t_strdup_printf("Session %s is one of %s, whose \\Seen is his "
			       "own: undo it with -u %s", session, owner,
			       owner);
}

/* The user has no lines of the session. Among all users that is no failure: the
   session is one user's. */
static int
no_session(struct doveadm_mail_cmd_context *ctx, struct mail_user *user,
	   const char *session, const char *owner)
{
	if (!ctx->iterate_single_user) {
		if (owner != NULL) {
			e_warning(user->event, "coexist: %s",
				  owner_text(session, owner));
		}
		return 0;
	}
	e_error(user->event, "coexist: %s", owner != NULL ?
		owner_text(session, owner) :
		t_strdup_printf("The journal has no session %s: `doveadm "
				"coexist journal -u %s` lists them", session,
				user->username));
	doveadm_mail_failed_error(ctx, MAIL_ERROR_NOTFOUND);
	return -1;
}

/* Prints and logs what came of it. */
static int
result_tell(struct doveadm_mail_cmd_context *ctx, struct mail_user *user,
	    const struct coexist_mail_functions *functions, const char *session,
	    const struct coexist_undo_result *result)
{
	print_result(session, result);
	if (result->owner != NULL) {
		e_warning(user->event, "coexist: %s",
			  owner_text(session, result->owner));
	}
	tell_expunged(user, result);
	tell_unlisted(user, functions, result);
	if (result->error != MAIL_ERROR_NONE)
		doveadm_mail_failed_error(ctx, result->error);
	tell_missing(ctx, user, result);
	return result->error != MAIL_ERROR_NONE || result->missing > 0 ? -1 : 0;
}

static int
cmd_undo_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct undo_cmd_context *ctx =
		container_of(_ctx, struct undo_cmd_context, ctx);
	const char *session = coexist_admin_text(_ctx->cctx, "session");
	struct coexist_undo_result result;
	struct coexist_mail_functions functions;

	if (session == NULL) {
		e_error(user->event, "coexist: Expected a session, as "
			"`doveadm coexist journal` lists them");
		_ctx->exit_code = EX_USAGE;
		return -1;
	}
	if (coexist_mail_functions_find(_ctx, user, &functions) < 0)
		return -1;
	if (functions.undo_run(user, session, &result) == 0)
		return no_session(_ctx, user, session, result.owner);
	ctx->found++;
	return result_tell(_ctx, user, &functions, session, &result);
}

COEXIST_MAIL_CMD_INIT(cmd_undo_init)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("session"),
		COEXIST_NUMBER_COLUMN("shown"),
		COEXIST_NUMBER_COLUMN("returned"),
		COEXIST_NUMBER_COLUMN("unread"),
		COEXIST_NUMBER_COLUMN("gone"),
		COEXIST_NUMBER_COLUMN("expunged"),
		COEXIST_NUMBER_COLUMN("missing"),
		COEXIST_NUMBER_COLUMN("failed")
	};

	COEXIST_PRINT_COLUMNS(columns);
}

static void cmd_undo_deinit(struct doveadm_mail_cmd_context *_ctx)
{
	struct undo_cmd_context *ctx =
		container_of(_ctx, struct undo_cmd_context, ctx);

	if (ctx->found == 0 && !_ctx->iterate_single_user &&
	    _ctx->exit_code == 0)
		doveadm_mail_failed_error(_ctx, MAIL_ERROR_NOTFOUND);
}

static struct doveadm_mail_cmd_context *cmd_undo_alloc(void)
{
	struct undo_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct undo_cmd_context);
	ctx->ctx.v.init = cmd_undo_init;
	ctx->ctx.v.run = cmd_undo_run;
	ctx->ctx.v.deinit = cmd_undo_deinit;
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return &ctx->ctx;
}

struct doveadm_cmd_ver2 coexist_cmd_undo = {
	.name = "coexist undo",
	.mail_cmd = cmd_undo_alloc,
	.usage = COEXIST_MAIL_USAGE" SESSION",
	.parameters = (const struct doveadm_cmd_param[]) {
		DOVEADM_CMD_MAIL_COMMON
		COEXIST_PARAM('\0', "session", CMD_PARAM_STR,
			      CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
