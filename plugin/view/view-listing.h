/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_VIEW_LISTING_H
#define COEXIST_VIEW_LISTING_H

#include "view-memory.h"

struct coexist_view_filter;
struct mailbox_transaction_context;

/* The listing of a mailbox for POP3: which messages the filter and the memory of the
   view show. Takes time in proportion to those that have not left. */

struct coexist_view_request {
	/* of the synced mailbox */
	struct mailbox_transaction_context *t;
	const struct coexist_view_filter *filter;
	/* of the mailbox's UIDVALIDITY, or empty */
	const struct coexist_view_memory *memory;
	/* UIDs of notices of ours, which are outside of every filter and count */
	const ARRAY_TYPE(seq_range) *notices;
	/* Messages with this keyword are not listed anyway: they are none of the
	   newest, and do not leave but from below the floor. NULL if there is none. */
	const char *hidden_keyword;
	/* those with the keyword are left out here, and not by Dovecot's search */
	bool drops_hidden;
	/* No message with a higher UID is in the maildrop yet: nothing is found out about
	   it. UINT32_MAX if all are. */
	uint32_t last_uid;
};

struct coexist_view_listing {
	/* Sequences of the messages that are listed, of those with the hidden keyword
	   too unless they are dropped. On the data stack. */
	ARRAY_TYPE(seq_range) shown;
	/* what there is to note */
	struct coexist_view_look look;
};

/* Lists the messages of the transaction's mailbox. What can't be found out about a
   message hides it from nobody. */
void coexist_view_list(const struct coexist_view_request *request,
		       struct coexist_view_listing *listing_r);

#endif
