/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-read-state.h.

   Dovecot's own note of what is to be marked read (pop3-maildrop.h) is used or
   replaced by the policies:

   quit      keeps the note, withdraws what was not sent to its end, and forgets
             all of it if there was no QUIT.
   complete  takes the note away. What the client confirmed is marked soon after,
             in a mailbox of our own so that others see it while the session
             goes on; at QUIT, in the session's last transaction.
   never     takes the note away. */

#include "pop3-common.h"
#include "array.h"
#include "ioloop.h"
#include "istream.h"
#include "mail-storage-private.h"
#include "pop3-read-state.h"
#include "istream-notify-read.h"
#include "pop3-folders.h"
#include "pop3-folders-changes.h"
#include "pop3-maildrop.h"
#include "pop3-mark.h"
#include "pop3-read-policy.h"
#include "pop3-view.h"
#include "coexist-event.h"
#include "private-flags.h"

/* Marks are collected for this long, because each application opens and syncs
   the mailbox. With the half second that Dovecot itself waits before it looks at
   a changed mailbox, an idling IMAP client is told well within two seconds. */
#define APPLY_DELAY_MSECS 500

struct pop3_read_state {
	struct pop3_maildrop *maildrop;
	struct pop3_read_policy policy;
	struct pop3_view *view;

	/* Those that were not applied yet. */
	ARRAY_TYPE(pop3_mark) marks;
	/* Those of them that could not be, while they are applied. */
	ARRAY_TYPE(pop3_mark) failed_marks;
	/* How much the client had said when it got the last of them. */
	uoff_t last_mark_input_offset;
	struct timeout *to_apply;
	/* the log has it that something may not be marked */
	bool told_refused;
	/* How many messages were sent to their end, and how much the client had
	   said when it got the last of them. */
	unsigned int downloads;
	uoff_t last_download_input_offset;
};

/* Refusals */

static const char *why_refused(struct mailbox *box)
{
	if (mailbox_is_readonly(box))
		return "The mailbox is read-only";
	if (coexist_private_flags_open(box) < 0)
		return mailbox_get_last_error(box, NULL);
	return "Permission denied (the ACL rights are s for \\Seen and w for "
		"keywords)";
}

void pop3_read_state_refused(struct pop3_read_state *state)
{
	struct mailbox *box = state->maildrop->box;

	if (state->told_refused)
		return;
	state->told_refused = TRUE;
	/* whoever made it so, as by an ACL, needs no warning in each session */
	e_info(box->event, "coexist: Can't mark messages as the policy says: "
	       "%s", why_refused(box));
}

/* While the session goes on */

static uoff_t input_offset(const struct pop3_read_state *state)
{
	return state->maildrop->client->input->v_offset;
}

/* Returns how many of the marks the client has confirmed: all, or all but
   the last if it has sent no command since it got that message. */
static unsigned int confirmed_count(const struct pop3_read_state *state)
{
	unsigned int count = array_count(&state->marks);

	if (count > 0 && input_offset(state) == state->last_mark_input_offset)
		count--;
	return count;
}

static void
marks_trace(const struct pop3_read_state *state, unsigned int count,
	    const struct pop3_marks_result *result)
{
	coexist_trace(state->maildrop->client->user, "Marks of %u confirmed "
		      "downloads: %u messages changed, %u may not be",
		      count, result->changed, result->refused);
}

/* Applies those of the confirmed marks that are for the same mailbox as the first. They
   are out of the list then, but after an error. */
static void
apply_first(struct pop3_read_state *state, ARRAY_TYPE(pop3_mark) *marks)
{
	const struct pop3_mark *mark = array_front(marks);
	struct mailbox *box = mark->real_box;
	ARRAY_TYPE(pop3_mark) some, others;
	struct pop3_marks_result result;

	t_array_init(&some, 16);
	t_array_init(&others, 16);
	array_foreach(marks, mark) {
		if (mark->real_box == box)
			array_push_back(&some, mark);
		else
			array_push_back(&others, mark);
	}
	if (pop3_marks_apply_now(box,
			pop3_maildrop_get_uidvalidity(state->maildrop, box),
			array_front(&some), array_count(&some), &result) == 0)
		marks_trace(state, array_count(&some), &result);
	else
		array_append_array(&state->failed_marks, &some);
	if (result.refused > 0)
		pop3_read_state_refused(state);
	*marks = others;
}

static void apply_confirmed(struct pop3_read_state *state)
{
	unsigned int count = confirmed_count(state);
	ARRAY_TYPE(pop3_mark) marks;

	if (count == 0 || pop3_view_marks_begin(state->view) < 0)
		return;
	t_array_init(&marks, count);
	array_append(&marks, array_front(&state->marks), count);
	array_delete(&state->marks, 0, count);
	array_clear(&state->failed_marks);
	while (!array_is_empty(&marks))
		apply_first(state, &marks);
	/* after an error they are tried again with the next ones */
	if (!array_is_empty(&state->failed_marks)) {
		array_insert(&state->marks, 0,
			     array_front(&state->failed_marks),
			     array_count(&state->failed_marks));
	}
}

static void apply_timeout(struct pop3_read_state *state)
{
	timeout_remove(&state->to_apply);
	T_BEGIN {
		apply_confirmed(state);
	} T_END;
}

static void apply_soon(struct pop3_read_state *state)
{
	if (state->to_apply == NULL &&
	    pop3_read_policy_is_early(&state->policy)) {
		state->to_apply = timeout_add_short(APPLY_DELAY_MSECS,
						    apply_timeout, state);
	}
}

static void client_has_sent(void *context)
{
	struct pop3_read_state *state = context;

	if (array_count(&state->marks) > 0)
		apply_soon(state);
}

void pop3_read_state_retr_begin(struct pop3_read_state *state)
{
	switch (state->policy.mark_read) {
	case COEXIST_MARK_READ_STOCK:
	case COEXIST_MARK_READ_QUIT:
		break;
	case COEXIST_MARK_READ_COMPLETE:
	case COEXIST_MARK_READ_NEVER:
		pop3_maildrop_forget_all_seen(state->maildrop);
		break;
	}
}

static void
retr_trace(const struct pop3_read_state *state, struct mail *mail,
	   const char *why_incomplete, const struct pop3_mark *mark)
{
	struct mail_user *user = state->maildrop->client->user;

	if (why_incomplete != NULL) {
		coexist_trace(user, "RETR: UID %u is no download: %s",
			      mail->uid, why_incomplete);
		return;
	}
	coexist_trace(user, "RETR: UID %u was sent to its end: %s", mail->uid,
		      pop3_read_policy_explain(&state->policy, mail, mark));
}

/* Returns TRUE and the mark that the message, whose real one this is, is to get. */
static bool
retr_end(struct pop3_read_state *state, struct mail *mail, struct mail *real,
	 bool complete, struct pop3_mark *mark_r)
{
	i_zero(mark_r);
	if (state->policy.mark_read == COEXIST_MARK_READ_QUIT &&
	    (!complete || !pop3_read_policy_is_recent(&state->policy, real)))
		pop3_maildrop_forget_seen(state->maildrop, mail);
	if (complete) {
		state->downloads++;
		state->last_download_input_offset = input_offset(state);
	}
	/* where QUIT commits nothing, this is the place to say so */
	if (state->policy.mark_read == COEXIST_MARK_READ_QUIT &&
	    complete && mailbox_is_readonly(real->box))
		pop3_read_state_refused(state);
	if (!complete ||
	    !pop3_read_policy_get_mark(&state->policy, real, mark_r))
		return FALSE;
	mark_r->uid = mail->uid;
	return TRUE;
}

void pop3_read_state_retr_end(struct pop3_read_state *state, struct mail *mail,
			      const char *why_incomplete)
{
	struct mail *real = pop3_folders_real_mail(mail);
	struct pop3_mark mark;
	bool marks;

	/* it was moved or deleted meanwhile */
	if (real == NULL)
		return;
	marks = retr_end(state, mail, real, why_incomplete == NULL, &mark);
	pop3_view_retr_end(state->view, real->box, real->uid,
			   state->policy.mark_read != COEXIST_MARK_READ_NEVER,
			   why_incomplete == NULL);
	retr_trace(state, real, why_incomplete, &mark);
	if (!marks)
		return;
	array_push_back(&state->marks, &mark);
	state->last_mark_input_offset = input_offset(state);
	/* the next command may be here already */
	apply_soon(state);
}

/* At QUIT */

/* Dovecot has marked what it noted, in the same transaction. One message tells
   whether the user has the right to, see pop3-mark.c. */
static void
look_at_noted_seen(struct pop3_read_state *state,
		   struct mailbox_transaction_context *t)
{
	uint32_t seq = pop3_maildrop_get_one_seen(state->maildrop, t->box);
	struct mail *mail, *real;

	if (seq == 0)
		return;
	mail = mail_alloc(t, 0, NULL);
	mail_set_seq(mail, seq);
	real = pop3_folders_real_mail(mail);
	/* elsewhere it is to be marked yet */
	if (real != NULL && pop3_folders_is_inbox(real->box) &&
	    !pop3_mark_is_seen(real))
		pop3_read_state_refused(state);
	mail_free(&mail);
}

/* Has those outside INBOX collected, and adds the others to the list. */
static void marks_part(const struct pop3_read_state *state,
		       ARRAY_TYPE(pop3_mark) *of_inbox)
{
	struct pop3_folders *folders =
		pop3_folders_get(state->maildrop->client->user);
	const struct pop3_mark *mark;

	array_foreach(&state->marks, mark) {
		if (folders == NULL || pop3_folders_is_inbox(mark->real_box))
			array_push_back(of_inbox, mark);
		else
			pop3_folders_change(folders, mark);
	}
}

static void
apply_all(struct pop3_read_state *state, struct mailbox_transaction_context *t)
{
	struct pop3_marks_result result;
	ARRAY_TYPE(pop3_mark) marks;
	unsigned int count;

	t_array_init(&marks, 16);
	marks_part(state, &marks);
	count = array_count(&marks);
	if (count == 0)
		return;
	if (pop3_marks_apply(t, array_front(&marks), count, &result) < 0) {
		e_error(t->box->event, "coexist: Can't mark %u messages that "
			"were downloaded: %s", count,
			mailbox_get_last_internal_error(t->box, NULL));
		return;
	}
	marks_trace(state, count, &result);
	if (result.refused > 0)
		pop3_read_state_refused(state);
}

/* Without QUIT only stock marks in that transaction. Unread harms nobody, and a client
   that has said QUIT has its messages. */
int pop3_read_state_marks_begin(struct pop3_read_state *state)
{
	if (state->maildrop->client->quit_seen) {
		(void)pop3_view_marks_begin(state->view);
		return 0;
	}
	return state->policy.mark_read == COEXIST_MARK_READ_STOCK ?
		pop3_view_marks_begin(state->view) : 0;
}

void pop3_read_state_commit_begin(struct pop3_read_state *state,
				  struct mailbox_transaction_context *t)
{
	if (!array_is_empty(&state->marks)) T_BEGIN {
		apply_all(state, t);
	} T_END;
	if (state->policy.mark_read == COEXIST_MARK_READ_QUIT)
		look_at_noted_seen(state, t);
}

void pop3_read_state_commit_end(struct pop3_read_state *state)
{
	array_clear(&state->marks);
}

static void end_trace(const struct pop3_read_state *state)
{
	struct client *client = state->maildrop->client;

	if (client->quit_seen)
		return;
	if (state->policy.mark_read == COEXIST_MARK_READ_QUIT) {
		coexist_trace(client->user, "No QUIT: nothing is read "
			      "(pop3_mark_read=quit)");
	}
	if (!array_is_empty(&state->marks)) {
		coexist_trace(client->user, "No QUIT: %u downloads keep no mark",
			      array_count(&state->marks));
	}
}

void pop3_read_state_end(struct pop3_read_state *state)
{
	timeout_remove(&state->to_apply);
	if (state->policy.mark_read == COEXIST_MARK_READ_QUIT &&
	    !state->maildrop->client->quit_seen)
		pop3_maildrop_forget_all_seen(state->maildrop);
	if (pop3_read_policy_is_early(&state->policy))
		apply_confirmed(state);
	end_trace(state);
}

/* What others ask */

bool pop3_read_state_get_downloaded(const struct pop3_read_state *state,
				    const struct mailbox *box,
				    ARRAY_TYPE(seq_range) *uids)
{
	const struct pop3_mark *marks;
	unsigned int i, count;

	marks = array_get(&state->marks, &count);
	for (i = 0; i < count; i++) {
		if (marks[i].downloaded && marks[i].real_box == box)
			seq_range_array_add(uids, marks[i].real_uid);
	}
	return !array_is_empty(uids);
}

unsigned int
pop3_read_state_count_downloads(const struct pop3_read_state *state)
{
	unsigned int count = state->downloads;

	return count > 0 &&
		input_offset(state) == state->last_download_input_offset ?
		count - 1 : count;
}

/* The session */

static void input_watch(struct pop3_read_state *state)
{
	struct client *client = state->maildrop->client;
	struct istream *input = client->input;

	client->input = i_stream_create_notify_read(input, client_has_sent,
						    state);
	i_stream_unref(&input);
}

struct pop3_read_state *
pop3_read_state_create(struct pop3_maildrop *maildrop,
		       const struct pop3_read_policy *policy,
		       struct pop3_view *view)
{
	pool_t pool = maildrop->client->pool;
	struct pop3_read_state *state = p_new(pool, struct pop3_read_state, 1);

	state->maildrop = maildrop;
	state->policy = *policy;
	state->view = view;
	p_array_init(&state->marks, pool, 16);
	p_array_init(&state->failed_marks, pool, 1);
	if (pop3_read_policy_is_early(policy))
		input_watch(state);
	return state;
}
