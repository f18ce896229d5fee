/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in view-listing.h. */

#include "lib.h"
#include "view-listing.h"
#include "ioloop.h"
#include "mail-storage-private.h"
#include "coexist/day.h"
#include "private-flags.h"
#include "uid-ranges.h"
#include "view-filter.h"

struct listing {
	const struct coexist_view_request *request;
	const struct coexist_view_filter *filter;
	const struct coexist_view_memory *memory;
	struct coexist_view_listing *result;

	struct mailbox *box;
	struct mail_index_view *view;
	/* how many messages are in the maildrop, the first of the view */
	uint32_t count;
	/* for dates, NULL until one is needed */
	struct mail *mail;
	/* whether the filter can hide anything for these reasons */
	bool asks_deleted, asks_seen;
	/* whether any message can have the hidden keyword, and its index */
	bool has_hidden;
	unsigned int hidden_idx;
	/* Sequences of messages whose dates are known to be young enough. */
	ARRAY_TYPE(seq_range) dated;
	/* Sequences that the filter is not asked about. */
	ARRAY_TYPE(seq_range) exempt;
	ARRAY_TYPE(seq_range) hidden[COEXIST_VIEW_REASON_COUNT];
	uint64_t oldest;
};

/* UIDs and sequences */

static void
seqs_add(struct listing *listing, const ARRAY_TYPE(seq_range) *uids,
	 ARRAY_TYPE(seq_range) *seqs)
{
	const struct seq_range *range;
	uint32_t seq1, seq2;

	array_foreach(uids, range) {
		if (mail_index_lookup_seq_range(listing->view, range->seq1,
						range->seq2, &seq1, &seq2) &&
		    seq1 <= listing->count) {
			seq_range_array_add_range(seqs, seq1,
				I_MIN(seq2, listing->count));
		}
	}
}

/* What is expunged between two messages of a range belongs to it. */
static void
uids_add(struct listing *listing, const ARRAY_TYPE(seq_range) *seqs,
	 ARRAY_TYPE(seq_range) *uids)
{
	const struct seq_range *range;
	struct seq_range uid_range;

	array_foreach(seqs, range) {
		mail_index_lookup_uid(listing->view, range->seq1,
				      &uid_range.seq1);
		mail_index_lookup_uid(listing->view, range->seq2,
				      &uid_range.seq2);
		array_push_back(uids, &uid_range);
	}
}

/* What a message says of itself */

/* Returns FALSE if that can't be found out. */
static bool
received_get(struct listing *listing, uint32_t seq, time_t *received_r)
{
	if (listing->mail == NULL) {
		listing->mail = mail_alloc(listing->request->t,
					   MAIL_FETCH_RECEIVED_DATE, NULL);
	}
	mail_set_seq(listing->mail, seq);
	return mail_get_received_date(listing->mail, received_r) == 0;
}

/* Returns TRUE if the message is too old, and keeps the oldest of the others. */
static bool is_old(struct listing *listing, uint32_t seq)
{
	time_t received;

	if (listing->filter->since == 0 ||
	    seq_range_exists(&listing->dated, seq) ||
	    !received_get(listing, seq, &received))
		return FALSE;
	if (received < listing->filter->since)
		return TRUE;
	if (listing->oldest == 0 || (uint64_t)received < listing->oldest)
		listing->oldest = (uint64_t)received;
	return FALSE;
}

static enum mail_flags flags_get(struct listing *listing, uint32_t seq)
{
	return coexist_private_flags_lookup(listing->box, listing->view, seq);
}

static bool has_hidden_keyword(struct listing *listing, uint32_t seq)
{
	ARRAY_TYPE(keyword_indexes) keywords;
	unsigned int idx;
	bool found = FALSE;

	if (!listing->has_hidden)
		return FALSE;
	T_BEGIN {
		t_array_init(&keywords, 8);
		mail_index_lookup_keywords(listing->view, seq, &keywords);
		array_foreach_elem(&keywords, idx) {
			if (idx == listing->hidden_idx)
				found = TRUE;
		}
	} T_END;
	return found;
}

/* Returns TRUE and the reason if the filter hides the message. */
static bool
is_hidden(struct listing *listing, uint32_t seq,
	  enum coexist_view_reason *reason_r)
{
	enum mail_flags flags = 0;

	if (listing->asks_deleted || listing->asks_seen)
		flags = flags_get(listing, seq);
	if (listing->asks_deleted && (flags & MAIL_DELETED) != 0)
		*reason_r = COEXIST_VIEW_DELETED;
	else if (is_old(listing, seq))
		*reason_r = COEXIST_VIEW_OLD;
	else if (listing->asks_seen && (flags & MAIL_SEEN) != 0)
		*reason_r = COEXIST_VIEW_READ;
	else
		return FALSE;
	return TRUE;
}

/* The candidates */

/* Messages that are due, but for those that IMAP deleted. A date that the memory is
   to know of is looked at here. */
static void exempt_find(struct listing *listing)
{
	ARRAY_TYPE(seq_range) due;
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t seq;

	t_array_init(&listing->exempt, 8);
	t_array_init(&due, 8);
	seqs_add(listing, listing->request->notices, &listing->exempt);
	seqs_add(listing, &listing->memory->due, &due);
	seq_range_array_iter_init(&iter, &due);
	while (seq_range_array_iter_nth(&iter, n++, &seq)) {
		if (!listing->asks_deleted ||
		    (flags_get(listing, seq) & MAIL_DELETED) == 0)
			seq_range_array_add(&listing->exempt, seq);
	}
}

/* The dates of exempt messages count, because they need not stay exempt. One that is
   too old makes the memory of dates useless meanwhile. */
static void exempt_date(struct listing *listing)
{
	struct seq_range_iter iter;
	unsigned int n = 0;
	time_t received;
	uint32_t seq;

	if (listing->filter->since == 0)
		return;
	seq_range_array_iter_init(&iter, &listing->exempt);
	while (seq_range_array_iter_nth(&iter, n++, &seq)) {
		if (received_get(listing, seq, &received) &&
		    (listing->oldest == 0 ||
		     (uint64_t)received < listing->oldest))
			listing->oldest = I_MAX((uint64_t)received, 1);
	}
}

/* The messages that were listed before, if the oldest of them is young enough. */
static void dated_find(struct listing *listing)
{
	const struct coexist_view_memory *memory = listing->memory;
	ARRAY_TYPE(seq_range) known, uids;

	t_array_init(&listing->dated, 8);
	if (listing->filter->since == 0 || memory->oldest == 0 ||
	    memory->oldest < (uint64_t)listing->filter->since ||
	    !memory->has_known || memory->known_uid == 0)
		return;
	listing->oldest = memory->oldest;
	t_array_init(&known, 1);
	t_array_init(&uids, 8);
	seq_range_array_add_range(&known, 1, memory->known_uid);
	coexist_uid_ranges_subtract(&uids, &known, &memory->waiting);
	seqs_add(listing, &uids, &listing->dated);
}

/* All that has not left and is not exempt. */
static void
candidates_find(struct listing *listing, ARRAY_TYPE(seq_range) *candidates_r)
{
	ARRAY_TYPE(seq_range) all, others, left;

	t_array_init(candidates_r, 16);
	t_array_init(&all, 1);
	t_array_init(&others, 16);
	t_array_init(&left, 16);
	if (listing->count == 0)
		return;
	seq_range_array_add_range(&all, 1, listing->count);
	seqs_add(listing, &listing->memory->left_uids, &left);
	coexist_uid_ranges_unite(&others, &left, &listing->exempt);
	coexist_uid_ranges_subtract(candidates_r, &all, &others);
}

static void check(struct listing *listing, const struct seq_range *range)
{
	enum coexist_view_reason reason;
	uint32_t seq;

	/* What a POP3 client deleted is not listed, but it does not leave: an undo,
	   or an IMAP client that clears the keyword, brings it back. */
	for (seq = range->seq1; seq <= range->seq2; seq++) {
		seq_range_array_add(is_hidden(listing, seq, &reason) &&
				    !has_hidden_keyword(listing, seq) ?
				    &listing->hidden[reason] :
				    &listing->result->shown, seq);
	}
}

static void
check_all(struct listing *listing, const ARRAY_TYPE(seq_range) *candidates)
{
	const struct seq_range *range;

	array_foreach(candidates, range) {
		check(listing, range);
	}
}

/* Asks the filter no more than has to be asked. */
static void
candidates_check(struct listing *listing,
		 const ARRAY_TYPE(seq_range) *candidates)
{
	ARRAY_TYPE(seq_range) *shown = &listing->result->shown;
	ARRAY_TYPE(seq_range) undated, dated, all;

	if (listing->asks_deleted || listing->asks_seen) {
		check_all(listing, candidates);
		return;
	}
	if (listing->filter->since == 0) {
		array_append_array(shown, candidates);
		return;
	}
	t_array_init(&undated, 8);
	t_array_init(&dated, 8);
	t_array_init(&all, 8);
	coexist_uid_ranges_subtract(&undated, candidates, &listing->dated);
	coexist_uid_ranges_subtract(&dated, candidates, &undated);
	check_all(listing, &undated);
	coexist_uid_ranges_unite(&all, shown, &dated);
	*shown = all;
}

/* The newest */

/* Returns the lowest sequence of the newest max messages that are shown and visible,
   0 if there are less than that. */
static uint32_t
floor_seq_find(struct listing *listing, const ARRAY_TYPE(seq_range) *shown)
{
	unsigned int i, count = 0, max = listing->filter->max;
	const struct seq_range *ranges;
	uint32_t seq;

	ranges = array_get(shown, &i);
	while (i-- > 0) {
		if (!listing->has_hidden) {
			if (seq_range_length(&ranges[i]) >= max - count)
				return ranges[i].seq2 - (max - count) + 1;
			count += seq_range_length(&ranges[i]);
			continue;
		}
		for (seq = ranges[i].seq2; seq >= ranges[i].seq1; seq--) {
			if (!has_hidden_keyword(listing, seq) &&
			    ++count == max)
				return seq;
		}
	}
	return 0;
}

/* Hides what is older than the newest messages. */
static void surplus_hide(struct listing *listing)
{
	ARRAY_TYPE(seq_range) *shown = &listing->result->shown;
	ARRAY_TYPE(seq_range) below;
	const struct seq_range *first;
	uint32_t seq;

	if (listing->filter->max == 0 || array_is_empty(shown))
		return;
	seq = floor_seq_find(listing, shown);
	if (seq == 0)
		return;
	mail_index_lookup_uid(listing->view, seq,
			      &listing->result->look.floor_uid);
	first = array_front(shown);
	if (seq <= first->seq1)
		return;
	t_array_init(&below, 1);
	seq_range_array_add_range(&below, 1, seq - 1);
	coexist_uid_ranges_intersect(&listing->hidden[COEXIST_VIEW_SURPLUS],
				     shown, &below);
	seq_range_array_remove_range(shown, 1, seq - 1);
}

/* The listing */

/* Returns how many messages of the view have UIDs up to this one. */
static uint32_t count_up_to(struct mail_index_view *view, uint32_t last_uid)
{
	uint32_t seq1, seq2;

	if (last_uid >= mail_index_get_header(view)->next_uid - 1)
		return mail_index_view_get_messages_count(view);
	return last_uid == 0 ||
		!mail_index_lookup_seq_range(view, 1, last_uid, &seq1, &seq2) ?
		0 : seq2;
}

static void
listing_init(struct listing *listing, const struct coexist_view_request *request,
	     struct coexist_view_listing *result)
{
	const struct mail_index_header *hdr;
	unsigned int i;

	i_zero(listing);
	listing->request = request;
	listing->filter = request->filter;
	listing->memory = request->memory;
	listing->result = result;
	listing->box = request->t->box;
	listing->view = request->t->view;
	listing->count = count_up_to(listing->view, request->last_uid);
	hdr = mail_index_get_header(listing->view);
	/* the header does not count private flags */
	listing->asks_seen = request->filter->unread &&
		(hdr->seen_messages_count > 0 ||
		 listing->box->view_pvt != NULL);
	listing->asks_deleted = request->filter->hides_deleted &&
		hdr->deleted_messages_count > 0;
	listing->has_hidden = request->hidden_keyword != NULL &&
		mail_index_keyword_lookup(listing->box->index,
					  request->hidden_keyword,
					  &listing->hidden_idx);
	for (i = 0; i < COEXIST_VIEW_REASON_COUNT; i++)
		t_array_init(&listing->hidden[i], 16);
}

static void look_finish(struct listing *listing)
{
	const struct mail_index_header *hdr =
		mail_index_get_header(listing->view);
	struct coexist_view_look *look = &listing->result->look;
	unsigned int i;

	look->uidvalidity = hdr->uid_validity;
	look->last_uid = I_MIN(hdr->next_uid - 1, listing->request->last_uid);
	look->filtered = !coexist_view_filter_is_all(listing->filter);
	look->today = (uint32_t)coexist_day(ioloop_time);
	look->oldest = listing->filter->since == 0 ? 0 : listing->oldest;
	for (i = 0; i < COEXIST_VIEW_REASON_COUNT; i++)
		uids_add(listing, &listing->hidden[i], &look->hidden[i]);
}

static void exempt_show(struct listing *listing)
{
	ARRAY_TYPE(seq_range) *shown = &listing->result->shown;
	ARRAY_TYPE(seq_range) all;

	if (array_is_empty(&listing->exempt))
		return;
	t_array_init(&all, 16);
	coexist_uid_ranges_unite(&all, shown, &listing->exempt);
	*shown = all;
}

/* What a POP3 client deleted is not shown, and does not leave. */
static void hidden_drop(struct listing *listing)
{
	ARRAY_TYPE(seq_range) *shown = &listing->result->shown;
	ARRAY_TYPE(seq_range) visible;
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t seq;

	if (!listing->has_hidden || !listing->request->drops_hidden)
		return;
	t_array_init(&visible, 16);
	seq_range_array_iter_init(&iter, shown);
	while (seq_range_array_iter_nth(&iter, n++, &seq)) {
		if (!has_hidden_keyword(listing, seq))
			seq_range_array_add(&visible, seq);
	}
	*shown = visible;
}

void coexist_view_list(const struct coexist_view_request *request,
		       struct coexist_view_listing *listing_r)
{
	ARRAY_TYPE(seq_range) candidates;
	struct listing listing;

	t_array_init(&listing_r->shown, 16);
	coexist_view_look_init(&listing_r->look);
	listing_init(&listing, request, listing_r);
	exempt_find(&listing);
	dated_find(&listing);
	exempt_date(&listing);
	candidates_find(&listing, &candidates);
	candidates_check(&listing, &candidates);
	surplus_hide(&listing);
	exempt_show(&listing);
	hidden_drop(&listing);
	look_finish(&listing);
	if (listing.mail != NULL)
		mail_free(&listing.mail);
}
