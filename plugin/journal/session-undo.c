/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in session-undo.h. */

#include "lib.h"
#include "session-undo.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "str-sanitize.h"
#include "mailbox-journal.h"
#include "private-flags.h"
#include "session-changes.h"
#include "uid-list.h"
#include "undo-in-place.h"
#include "undo-moves.h"
#include "undo-run.h"

/* Whoever can write the mailbox's files may have written what is logged. */
#define NAME_LENGTH 256

static void
uids_add(struct coexist_undo *undo, const struct coexist_journal_line *line)
{
	const struct coexist_journal_move *move;
	unsigned int i;

	array_append_array(&undo->marked, &line->marked);
	array_append_array(&undo->marked, &line->uids[COEXIST_CHANGE_READ]);
	array_append_array(&undo->removed, &line->uids[COEXIST_CHANGE_HIDDEN]);
	array_append_array(&undo->removed,
			   &line->uids[COEXIST_CHANGE_EXPUNGED]);
	for (i = 0; i < array_count(&line->moves); i++) {
		move = array_idx(&line->moves, i);
		array_append_array(&undo->removed, &move->uids);
	}
}

static bool is_about(const struct coexist_journal_line *line, const char *mailbox)
{
	return null_strcmp(line->mailbox, mailbox) == 0;
}

/* Finds out what all lines did to the mailbox that a line is about: a session may
   have seen another one come to its place. */
static void uids_find(struct coexist_undo *undo, uint32_t uidvalidity)
{
	const struct coexist_journal_line *line;
	unsigned int i;

	if (undo->uids_validity == uidvalidity)
		return;
	undo->uids_validity = uidvalidity;
	array_clear(&undo->marked);
	array_clear(&undo->removed);
	for (i = 0; i < array_count(&undo->lines); i++) {
		line = array_idx_elem(&undo->lines, i);
		if (line->uidvalidity == uidvalidity &&
		    is_about(line, undo->mailbox))
			uids_add(undo, line);
	}
	coexist_uid_list_sort(&undo->marked);
	coexist_uid_list_sort(&undo->removed);
}

static void
undo_line(struct coexist_undo *undo, const struct coexist_journal_line *line)
{
	unsigned int i;

	uids_find(undo, line->uidvalidity);
	coexist_undo_hidden(undo, line);
	coexist_undo_read(undo, line);
	for (i = 0; i < array_count(&line->moves) && line->mailbox == NULL; i++)
		coexist_undo_move(undo, array_idx(&line->moves, i));
	undo->result->expunged += coexist_uid_list_count(
		&line->uids[COEXIST_CHANGE_EXPUNGED]);
}

/* Returns FALSE for a line of somebody else who shares INBOX: what was read to
   him is not what is read to this user. */
static bool is_of_user(const struct coexist_undo *undo,
		       const struct coexist_journal_line *line)
{
	return line->user == NULL ||
		strcmp(line->user, undo->user->username) == 0;
}

/* Returns FALSE for a line that is not undone for who asks. */
static bool may_undo(const struct coexist_undo *undo,
		     const struct coexist_journal_line *line)
{
	return line->chose == NULL &&
		(!undo->for_owner || coexist_journal_line_is_pop3(line));
}

/* Notes the session's lines. Returns FALSE if there are none, or none of them may be
   undone by the owner alone. */
static bool
lines_find(struct coexist_undo *undo, const struct coexist_journal *journal,
	   const char *session_id)
{
	const struct coexist_journal_line *line;
	bool found = FALSE;
	unsigned int i;

	for (i = 0; i < array_count(&journal->lines); i++) {
		line = array_idx(&journal->lines, i);
		if (strcmp(line->session, session_id) != 0 ||
		    !may_undo(undo, line))
			continue;
		if (is_of_user(undo, line)) {
			array_push_back(&undo->lines, &line);
			if (!undo->for_owner ||
			    coexist_journal_line_is_deletion(line))
				found = TRUE;
		} else {
			/* str_sanitize_utf8() returns what it was given if that
			   is clean, and the line ends with the undo's pool */
			undo->result->owner = t_strdup(
				str_sanitize_utf8(line->user, NAME_LENGTH));
		}
	}
	return found;
}

/* Returns how many messages lines had that are not there: of which a write was
   cut off or failed, or which somebody took out. */
static uint64_t lines_missing(const struct coexist_undo *undo)
{
	const struct coexist_journal_line *line;
	struct coexist_change_counts counts;
	uint64_t wanted = 0, found;
	unsigned int i;

	i_zero(&counts);
	for (i = 0; i < array_count(&undo->lines); i++) {
		line = array_idx_elem(&undo->lines, i);
		coexist_journal_line_count(line, &counts);
		wanted = I_MAX(wanted, line->total);
	}
	found = coexist_change_counts_total(&counts);
	coexist_change_counts_free(&counts);
	return wanted - I_MIN(wanted, found);
}

static struct mailbox *mailbox_find(struct coexist_undo *undo)
{
	struct mail_namespace *namespaces = undo->user->namespaces;
	const char *name = undo->mailbox == NULL ? "INBOX" : undo->mailbox;

	return mailbox_alloc(mail_namespace_find(namespaces, name)->list, name,
			     0);
}

/* Returns 1, 0 if there is no such mailbox any more, or -1 after counting the failure. */
static int box_open(struct coexist_undo *undo)
{
	struct mailbox_status status;

	undo->box = mailbox_find(undo);
	if (mailbox_open(undo->box) < 0 || mailbox_sync(undo->box, 0) < 0 ||
	    coexist_private_flags_open(undo->box) < 0) {
		if (undo->mailbox != NULL &&
		    mailbox_get_last_mail_error(undo->box) ==
			MAIL_ERROR_NOTFOUND)
			return 0;
		coexist_undo_failed(undo, undo->box, 0);
		return -1;
	}
	mailbox_get_open_status(undo->box, STATUS_UIDVALIDITY, &status);
	undo->uidvalidity = status.uidvalidity;
	return 1;
}

/* Of a mailbox that is gone, so are the messages. */
static void box_is_gone(struct coexist_undo *undo)
{
	const struct coexist_journal_line *line;
	unsigned int change;

	array_foreach_elem(&undo->lines, line) {
		for (change = 0; change < COEXIST_CHANGE_COUNT &&
		     is_about(line, undo->mailbox); change++) {
			undo->result->gone +=
				coexist_uid_list_count(&line->uids[change]);
		}
	}
}

/* Undoes what was done in one mailbox. */
static void undo_box(struct coexist_undo *undo, const char *mailbox)
{
	const struct coexist_journal_line *line;
	int ret;

	undo->mailbox = mailbox;
	undo->uids_validity = 0;
	ret = box_open(undo);
	if (ret == 0)
		box_is_gone(undo);
	array_foreach_elem(&undo->lines, line) {
		if (ret > 0 && is_about(line, mailbox)) T_BEGIN {
			undo_line(undo, line);
		} T_END;
	}
	if (ret > 0 && mailbox_sync(undo->box, 0) < 0)
		coexist_undo_failed(undo, undo->box, 0);
	mailbox_free(&undo->box);
}

/* Returns TRUE if a line before this one is about the same mailbox. */
static bool is_known(const struct coexist_undo *undo, unsigned int idx)
{
	const struct coexist_journal_line *line =
		array_idx_elem(&undo->lines, idx);
	unsigned int i;

	for (i = 0; i < idx; i++) {
		if (is_about(array_idx_elem(&undo->lines, i), line->mailbox))
			return TRUE;
	}
	return FALSE;
}

static int undo_lines(struct coexist_undo *undo, const char *session_id)
{
	const struct coexist_journal_line *line;
	unsigned int i;

	undo->result->missing = lines_missing(undo);
	undo->changes = coexist_changes_begin(undo->user, "undo");
	coexist_changes_set_undoes(undo->changes, session_id);
	for (i = 0; i < array_count(&undo->lines); i++) {
		line = array_idx_elem(&undo->lines, i);
		if (!is_known(undo, i))
			undo_box(undo, line->mailbox);
	}
	if (!undo->left)
		coexist_changes_set_undone(undo->changes);
	coexist_changes_end(&undo->changes);
	return undo->result->error == MAIL_ERROR_NONE ? 1 : -1;
}

/* The pool ends with the run. */
static void back_export(const struct coexist_undo *undo)
{
	const struct coexist_undo_back *back;
	struct coexist_undo_back *copy;

	t_array_init(&undo->result->back, 4);
	array_foreach(&undo->back, back) {
		copy = array_append_space(&undo->result->back);
		copy->mailbox = t_strdup(back->mailbox);
		t_array_init(&copy->uids, array_count(&back->uids));
		array_append_array(&copy->uids, &back->uids);
	}
}

static int undo_run(struct coexist_undo *undo, const char *session_id)
{
	struct coexist_journal journal;
	const char *error;
	int ret;

	i_zero(undo->result);
	undo->pool = pool_alloconly_create("coexist undo", 4096);
	p_array_init(&undo->lines, undo->pool, 4);
	p_array_init(&undo->back, undo->pool, 4);
	i_array_init(&undo->marked, 16);
	i_array_init(&undo->removed, 16);
	ret = coexist_journal_read(undo->user, undo->pool, &journal, &error);
	if (ret < 0) {
		e_error(undo->user->event, "coexist: %s", error);
		undo->result->error = MAIL_ERROR_TEMP;
		undo->left = TRUE;
	} else if (ret > 0) {
		ret = !lines_find(undo, &journal, session_id) ? 0 :
			undo_lines(undo, session_id);
	}
	back_export(undo);
	array_free(&undo->removed);
	array_free(&undo->marked);
	pool_unref(&undo->pool);
	return ret;
}

int coexist_undo_run(struct mail_user *user, const char *session_id,
		     struct coexist_undo_result *result_r)
{
	struct coexist_undo undo = { .user = user, .result = result_r };

	return undo_run(&undo, session_id);
}

int coexist_undo_run_for_owner(struct mail_user *user, const char *session_id,
			       struct coexist_undo_result *result_r)
{
	struct coexist_undo undo = {
		.user = user, .result = result_r, .for_owner = TRUE
	};
	int ret = undo_run(&undo, session_id);

	return ret < 0 && !undo.left ? 1 : ret;
}
