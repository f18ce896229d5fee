/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_WITHDRAW_H
#define COEXIST_NOTICE_WITHDRAW_H

struct coexist_notice_places;
struct mailbox;

/* Expunges notices that newer ones replace, except those that somebody has read,
   answered or flagged; with also_read, except those that somebody has answered,
   flagged or given a keyword. A message without the header of a notice is never
   expunged, whatever the state says. Returns how many of the places still have
   something in them, or -1 after logging a warning: unless it was only that the
   user may not expunge, with also_read. */
int coexist_notice_withdraw(struct mailbox *box,
			    const struct coexist_notice_places *places,
			    bool also_read);

#endif
