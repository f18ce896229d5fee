/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_DUE_H
#define COEXIST_RETENTION_DUE_H

#include "retention-run.h"

struct mail;
struct mail_index_view;

/* The test of a message by which retention finds what is due. */

enum coexist_due {
	COEXIST_DUE_NO,
	COEXIST_DUE_YES,
	/* the save date decides, which the index does not have: only the keyword says
	   that it was downloaded */
	COEXIST_DUE_UNKNOWN
};

/* Learns how the run's mailbox, which is open, knows downloaded messages, and
   forgets it. */
void coexist_due_init(struct coexist_retention *ret);
void coexist_due_deinit(struct coexist_retention *ret);

/* Says by the index alone, and by that of private flags where there is one, whether the message
   with this sequence in a view of the mailbox's index is due. */
enum coexist_due coexist_due_look(struct coexist_retention *ret,
				  struct mail_index_view *view, uint32_t seq);
/* Returns when the message was downloaded if it is due, else 0. */
uint32_t coexist_due_since(struct coexist_retention *ret, struct mail *mail,
			   uint32_t seq);

#endif
