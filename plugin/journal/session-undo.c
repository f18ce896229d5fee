/* See the contract in session-undo.h. */

#include "lib.h"
#include "session-undo.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "str-sanitize.h"
#include "mailbox-journal.h"
#include "keywords.h"
#include "mail-move.h"
#include "mailbox-same.h"
#include "private-flags.h"
#include "session-changes.h"
#include "uid-list.h"

/* Whoever can write the mailbox's files may have written what is logged. */
#define NAME_LENGTH 256

struct undo {
	struct mail_user *user;
	struct coexist_changes *changes;
	struct coexist_undo_result *result;
	pool_t pool;
	/* the lines of the session */
	ARRAY(const struct coexist_journal_line *) lines;
	/* UIDs that it marked read in one way or another, and that it took away,
	   of an INBOX with this UIDVALIDITY */
	uint32_t uids_validity;
	ARRAY_TYPE(seq_range) marked;
	ARRAY_TYPE(seq_range) removed;
	struct mailbox *inbox;
	uint32_t uidvalidity;
};

enum undo_outcome {
	/* it is not as the session left it */
	UNDO_OTHERWISE,
	UNDO_DONE,
	/* the user has no right to it */
	UNDO_REFUSED
};

/* How many messages had which outcome. */
struct undo_counts {
	uint64_t messages[UNDO_REFUSED + 1];
};

typedef enum undo_outcome
undo_mail_func_t(struct undo *undo, struct mail *mail,
		 const struct coexist_journal_line *line);

static void
undo_failed(struct undo *undo, struct mailbox *box, uint64_t messages)
{
	const char *text = mailbox_get_last_internal_error(box,
		&undo->result->error);

	undo->result->failed += messages;
	e_error(box->event, "coexist: %"PRIu64" messages can't be put back: %s",
		messages, text);
}

/* Messages of INBOX that are still there */

static struct mailbox_transaction_context *
transaction_begin(struct mailbox *box)
{
	/* see pop3-mark.c on MAILBOX_TRANSACTION_FLAG_EXTERNAL */
	return mailbox_transaction_begin(box, 0, "coexist undo");
}

/* Calls the function with each message of a sorted list that exists, and counts
   the outcomes. Returns 0, or -1 with the error in the mailbox. */
static int
for_each_mail(struct undo *undo, const ARRAY_TYPE(seq_range) *uids,
	      const struct coexist_journal_line *line, undo_mail_func_t *func,
	      struct undo_counts *counts)
{
	struct mailbox_transaction_context *t = transaction_begin(undo->inbox);
	struct mail *mail = mail_alloc(t, MAIL_FETCH_FLAGS, NULL);
	const struct seq_range *range;
	uint32_t seq, seq1, seq2;
	unsigned int i;

	for (i = 0; i < array_count(uids); i++) {
		range = array_idx(uids, i);
		mailbox_get_seq_range(undo->inbox, range->seq1, range->seq2,
				      &seq1, &seq2);
		for (seq = seq1; seq1 != 0 && seq <= seq2; seq++) T_BEGIN {
			mail_set_seq(mail, seq);
			counts->messages[func(undo, mail, line)]++;
		} T_END;
	}
	mail_free(&mail);
	return mailbox_transaction_commit(&t);
}

static bool is_seen(struct mail *mail)
{
	return (mail_get_flags(mail) & MAIL_SEEN) != 0;
}

/* The acl plugin lets what the user has no right to change get lost without an
   error, so it is looked at whether it has changed. */

static enum undo_outcome show(struct undo *undo, struct mail *mail,
			      const struct coexist_journal_line *line)
{
	const char *names[] = {
		line->hidden_keyword != NULL ? line->hidden_keyword :
			POP3_HIDDEN_KEYWORD, NULL
	};
	struct mail_keywords *keywords;

	if (!str_array_icase_find(mail_get_keywords(mail), names[0]) ||
	    mailbox_keywords_create(mail->box, names, &keywords) < 0)
		return UNDO_OTHERWISE;
	mail_update_keywords(mail, MODIFY_REMOVE, keywords);
	mailbox_keywords_unref(&keywords);
	if (str_array_icase_find(mail_get_keywords(mail), names[0]))
		return UNDO_REFUSED;
	if (seq_range_exists(&undo->marked, mail->uid))
		mail_update_flags(mail, MODIFY_REMOVE, MAIL_SEEN);
	coexist_changes_add(undo->changes, COEXIST_CHANGE_SHOWN,
			    undo->uidvalidity, mail->uid, 0);
	return UNDO_DONE;
}

static enum undo_outcome
unread(struct undo *undo, struct mail *mail,
       const struct coexist_journal_line *line ATTR_UNUSED)
{
	if (!is_seen(mail))
		return UNDO_OTHERWISE;
	mail_update_flags(mail, MODIFY_REMOVE, MAIL_SEEN);
	if (is_seen(mail))
		return UNDO_REFUSED;
	coexist_changes_add(undo->changes, COEXIST_CHANGE_UNREAD,
			    undo->uidvalidity, mail->uid, 0);
	return UNDO_DONE;
}

static void undo_refused(struct undo *undo, uint64_t messages)
{
	mail_storage_set_error(undo->inbox->storage, MAIL_ERROR_PERM,
			       "Permission denied (the ACL rights are s for "
			       "\\Seen and w for keywords)");
	undo_failed(undo, undo->inbox, messages);
}

static void
undo_in_place(struct undo *undo, const struct coexist_journal_line *line,
	      const ARRAY_TYPE(seq_range) *uids, undo_mail_func_t *func,
	      uint64_t *count)
{
	uint64_t wanted = coexist_uid_list_count(uids);
	struct undo_counts counts;
	uint64_t done, refused;

	i_zero(&counts);
	if (line->uidvalidity == undo->uidvalidity &&
	    for_each_mail(undo, uids, line, func, &counts) < 0) {
		undo_failed(undo, undo->inbox, wanted);
		return;
	}
	done = counts.messages[UNDO_DONE];
	refused = counts.messages[UNDO_REFUSED];
	*count += done;
	undo->result->gone += wanted - I_MIN(wanted, done + refused);
	if (refused > 0)
		undo_refused(undo, refused);
}

/* Whoever wrote the line may have named a message many times. */
static void
undo_hidden(struct undo *undo, const struct coexist_journal_line *line)
{
	ARRAY_TYPE(seq_range) uids;

	p_array_init(&uids, undo->pool, 8);
	array_append_array(&uids, &line->uids[COEXIST_CHANGE_HIDDEN]);
	coexist_uid_list_sort(&uids);
	undo_in_place(undo, line, &uids, show, &undo->result->shown);
}

/* Not of what the session did more to, which is put back with it. */
static void
undo_read(struct undo *undo, const struct coexist_journal_line *line)
{
	ARRAY_TYPE(seq_range) uids;

	p_array_init(&uids, undo->pool, 8);
	array_append_array(&uids, &line->uids[COEXIST_CHANGE_READ]);
	coexist_uid_list_sort(&uids);
	seq_range_array_remove_seq_range(&uids, &undo->removed);
	undo_in_place(undo, line, &uids, unread, &undo->result->unread);
}

/* Messages that were moved */

/* Adds the UIDs of those that are still there, in their order, and of these the
   ones that are to be unread. */
static void
target_find(struct undo *undo, struct mailbox *target,
	    const struct coexist_journal_move *move,
	    ARRAY_TYPE(uint32_t) *found, ARRAY_TYPE(seq_range) *unread_uids)
{
	const struct seq_range *range;
	struct seq_range_iter iter;
	uint32_t seq, seq1, seq2, uid, inbox_uid;
	unsigned int i, before = 0;

	seq_range_array_iter_init(&iter, &move->uids);
	for (i = 0; i < array_count(&move->target_uids); i++) {
		range = array_idx(&move->target_uids, i);
		mailbox_get_seq_range(target, range->seq1, range->seq2, &seq1,
				      &seq2);
		for (seq = seq1; seq1 != 0 && seq <= seq2; seq++) {
			mail_index_lookup_uid(target->view, seq, &uid);
			array_push_back(found, &uid);
			/* what is at the same place in the other list */
			if (seq_range_array_iter_nth(&iter,
					before + (uid - range->seq1),
					&inbox_uid) &&
			    seq_range_exists(&undo->marked, inbox_uid))
				seq_range_array_add(unread_uids, uid);
		}
		before += range->seq2 - range->seq1 + 1;
	}
}

static int expunge(struct mailbox_transaction_context *t,
		   const ARRAY_TYPE(seq_range) *uids)
{
	struct mailbox *box = t->box;
	struct mail *mail = mail_alloc(t, 0, NULL);
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		if (mail_set_uid(mail, uid))
			mail_expunge(mail);
	}
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) < 0)
		return -1;
	return mailbox_sync(box, 0);
}

static void tell_returned(struct undo *undo, const struct coexist_move *move)
{
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	seq_range_array_iter_init(&iter, &move->target_uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		coexist_changes_add(undo->changes, COEXIST_CHANGE_RETURNED,
				    undo->uidvalidity, uid, 0);
	}
}

/* Moves them to INBOX. Returns how many are not there any more. */
static uint64_t
move_back(struct undo *undo, struct mailbox *target,
	  const ARRAY_TYPE(uint32_t) *uids,
	  const ARRAY_TYPE(seq_range) *unread_uids)
{
	struct mailbox_transaction_context *t = transaction_begin(target);
	struct coexist_move move;
	unsigned int arrived, left = array_count(uids);

	coexist_move_init(&move, t, undo->inbox);
	move.unread_uids = unread_uids;
	coexist_move_copy(&move, array_front(uids), left);
	arrived = seq_range_count(&move.uids);
	tell_returned(undo, &move);
	undo->result->returned += arrived;
	left -= arrived + move.failed;
	if (move.failed > 0) {
		undo->result->failed += move.failed;
		undo->result->error = move.error;
		e_error(undo->inbox->event, "coexist: %u messages can't be "
			"moved back: %s", move.failed, move.error_text);
	}
	/* they are in both mailboxes then */
	if (expunge(t, &move.uids) < 0)
		undo_failed(undo, target, arrived);
	coexist_move_deinit(&move);
	return left;
}

/* Returns 1, 0 if it is not the mailbox that messages were moved to, or -1 with
   the error in it. */
static int target_open(struct mailbox *target, uint32_t uidvalidity)
{
	struct mailbox_status status;

	if (mailbox_open(target) < 0) {
		return mailbox_get_last_mail_error(target) ==
			MAIL_ERROR_NOTFOUND ? 0 : -1;
	}
	if (mailbox_sync(target, 0) < 0)
		return -1;
	mailbox_get_open_status(target, STATUS_UIDVALIDITY, &status);
	return status.uidvalidity == uidvalidity ? 1 : 0;
}

static void
undo_move(struct undo *undo, const struct coexist_journal_move *move)
{
	struct mail_namespace *ns =
		mail_namespace_find(undo->user->namespaces, move->target);
	struct mailbox *target = mailbox_alloc(ns->list, move->target, 0);
	uint64_t gone = coexist_uid_list_count(&move->uids);
	ARRAY_TYPE(uint32_t) found;
	ARRAY_TYPE(seq_range) unread_uids;
	int ret = target_open(target, move->target_uidvalidity);

	if (ret < 0) {
		undo_failed(undo, target, gone);
		gone = 0;
	} else if (ret > 0 && !coexist_mailbox_is_same(target, undo->inbox)) {
		i_array_init(&found, 64);
		i_array_init(&unread_uids, 64);
		target_find(undo, target, move, &found, &unread_uids);
		gone -= array_count(&found);
		if (!array_is_empty(&found))
			gone += move_back(undo, target, &found, &unread_uids);
		array_free(&unread_uids);
		array_free(&found);
	}
	undo->result->gone += gone;
	mailbox_free(&target);
}

static void
uids_add(struct undo *undo, const struct coexist_journal_line *line)
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

/* Finds out what all lines did to the INBOX that a line is about: a session may
   have seen another one come to its place. */
static void uids_find(struct undo *undo, uint32_t uidvalidity)
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
		if (line->uidvalidity == uidvalidity)
			uids_add(undo, line);
	}
	coexist_uid_list_sort(&undo->marked);
	coexist_uid_list_sort(&undo->removed);
}

static void
undo_line(struct undo *undo, const struct coexist_journal_line *line)
{
	unsigned int i;

	uids_find(undo, line->uidvalidity);
	undo_hidden(undo, line);
	undo_read(undo, line);
	for (i = 0; i < array_count(&line->moves); i++)
		undo_move(undo, array_idx(&line->moves, i));
	undo->result->expunged += coexist_uid_list_count(
		&line->uids[COEXIST_CHANGE_EXPUNGED]);
}

/* Returns FALSE for a line of somebody else who shares INBOX: what was read to
   him is not what is read to this user. */
static bool is_of_user(const struct undo *undo,
		       const struct coexist_journal_line *line)
{
	return line->user == NULL ||
		strcmp(line->user, undo->user->username) == 0;
}

/* Notes the session's lines. Returns FALSE if there are none. */
static bool
lines_find(struct undo *undo, const struct coexist_journal *journal,
	   const char *session_id)
{
	const struct coexist_journal_line *line;
	unsigned int i;

	for (i = 0; i < array_count(&journal->lines); i++) {
		line = array_idx(&journal->lines, i);
		if (strcmp(line->session, session_id) != 0)
			continue;
		if (is_of_user(undo, line))
			array_push_back(&undo->lines, &line);
		else
			undo->result->owner =
				str_sanitize_utf8(line->user, NAME_LENGTH);
	}
	return !array_is_empty(&undo->lines);
}

/* Returns how many messages lines had that are not there: of which a write was
   cut off or failed, or which somebody took out. */
static uint64_t lines_missing(const struct undo *undo)
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

static int inbox_open(struct undo *undo)
{
	struct mail_namespace *ns =
		mail_namespace_find_inbox(undo->user->namespaces);
	struct mailbox_status status;

	undo->inbox = mailbox_alloc(ns->list, "INBOX", 0);
	if (mailbox_open(undo->inbox) < 0 || mailbox_sync(undo->inbox, 0) < 0 ||
	    coexist_private_flags_open(undo->inbox) < 0) {
		undo_failed(undo, undo->inbox, 0);
		return -1;
	}
	mailbox_get_open_status(undo->inbox, STATUS_UIDVALIDITY, &status);
	undo->uidvalidity = status.uidvalidity;
	return 0;
}

static int undo_lines(struct undo *undo, const char *session_id)
{
	unsigned int i;
	int ret;

	undo->result->missing = lines_missing(undo);
	undo->changes = coexist_changes_begin(undo->user, "undo");
	coexist_changes_set_undoes(undo->changes, session_id);
	ret = inbox_open(undo);
	for (i = 0; i < array_count(&undo->lines) && ret == 0; i++) T_BEGIN {
		undo_line(undo, array_idx_elem(&undo->lines, i));
	} T_END;
	if (ret == 0 && mailbox_sync(undo->inbox, 0) < 0)
		undo_failed(undo, undo->inbox, 0);
	mailbox_free(&undo->inbox);
	coexist_changes_end(&undo->changes);
	return undo->result->error == MAIL_ERROR_NONE ? 1 : -1;
}

int coexist_undo_run(struct mail_user *user, const char *session_id,
		     struct coexist_undo_result *result_r)
{
	struct undo undo = { .user = user, .result = result_r };
	struct coexist_journal journal;
	const char *error;
	int ret;

	i_zero(result_r);
	undo.pool = pool_alloconly_create("coexist undo", 4096);
	p_array_init(&undo.lines, undo.pool, 4);
	i_array_init(&undo.marked, 16);
	i_array_init(&undo.removed, 16);
	ret = coexist_journal_read(user, undo.pool, &journal, &error);
	if (ret < 0) {
		e_error(user->event, "coexist: %s", error);
		result_r->error = MAIL_ERROR_TEMP;
	} else if (ret > 0) {
		ret = !lines_find(&undo, &journal, session_id) ? 0 :
			undo_lines(&undo, session_id);
	}
	array_free(&undo.removed);
	array_free(&undo.marked);
	pool_unref(&undo.pool);
	return ret;
}
