/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in undo-in-place.h. */

#include "lib.h"
#include "undo-in-place.h"
#include "array.h"
#include "mail-storage-private.h"
#include "keywords.h"
#include "session-changes.h"
#include "uid-list.h"

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
undo_mail_func_t(struct coexist_undo *undo, struct mail *mail,
		 const struct coexist_journal_line *line);

/* Calls the function with each message of a sorted list that exists, and counts
   the outcomes. Returns 0, or -1 with the error in the mailbox. */
static int
for_each_mail(struct coexist_undo *undo, const ARRAY_TYPE(seq_range) *uids,
	      const struct coexist_journal_line *line, undo_mail_func_t *func,
	      struct undo_counts *counts)
{
	struct mailbox_transaction_context *t =
		coexist_undo_transaction_begin(undo->box);
	struct mail *mail = mail_alloc(t, MAIL_FETCH_FLAGS, NULL);
	const struct seq_range *range;
	uint32_t seq, seq1, seq2;
	unsigned int i;

	for (i = 0; i < array_count(uids); i++) {
		range = array_idx(uids, i);
		mailbox_get_seq_range(undo->box, range->seq1, range->seq2,
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

static enum undo_outcome show(struct coexist_undo *undo, struct mail *mail,
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
			    undo->mailbox, undo->uidvalidity, mail->uid, 0);
	coexist_undo_back_add(undo, undo->mailbox, mail->uid);
	return UNDO_DONE;
}

static enum undo_outcome
unread(struct coexist_undo *undo, struct mail *mail,
       const struct coexist_journal_line *line ATTR_UNUSED)
{
	if (!is_seen(mail))
		return UNDO_OTHERWISE;
	mail_update_flags(mail, MODIFY_REMOVE, MAIL_SEEN);
	if (is_seen(mail))
		return UNDO_REFUSED;
	coexist_changes_add(undo->changes, COEXIST_CHANGE_UNREAD,
			    undo->mailbox, undo->uidvalidity, mail->uid, 0);
	return UNDO_DONE;
}

static void undo_refused(struct coexist_undo *undo, uint64_t messages)
{
	mail_storage_set_error(undo->box->storage, MAIL_ERROR_PERM,
			       "Permission denied (the ACL rights are s for "
			       "\\Seen and w for keywords)");
	coexist_undo_failed(undo, undo->box, messages);
}

static void
undo_in_place(struct coexist_undo *undo, const struct coexist_journal_line *line,
	      const ARRAY_TYPE(seq_range) *uids, undo_mail_func_t *func,
	      uint64_t *count)
{
	uint64_t wanted = coexist_uid_list_count(uids);
	struct undo_counts counts;
	uint64_t done, refused;

	i_zero(&counts);
	if (line->uidvalidity == undo->uidvalidity &&
	    for_each_mail(undo, uids, line, func, &counts) < 0) {
		coexist_undo_failed(undo, undo->box, wanted);
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
void coexist_undo_hidden(struct coexist_undo *undo,
			 const struct coexist_journal_line *line)
{
	ARRAY_TYPE(seq_range) uids;

	p_array_init(&uids, undo->pool, 8);
	array_append_array(&uids, &line->uids[COEXIST_CHANGE_HIDDEN]);
	coexist_uid_list_sort(&uids);
	undo_in_place(undo, line, &uids, show, &undo->result->shown);
}

/* Not of what the session did more to, which is put back with it. */
void coexist_undo_read(struct coexist_undo *undo,
		       const struct coexist_journal_line *line)
{
	ARRAY_TYPE(seq_range) uids;

	p_array_init(&uids, undo->pool, 8);
	array_append_array(&uids, &line->uids[COEXIST_CHANGE_READ]);
	coexist_uid_list_sort(&uids);
	seq_range_array_remove_seq_range(&uids, &undo->removed);
	undo_in_place(undo, line, &uids, unread, &undo->result->unread);
}
