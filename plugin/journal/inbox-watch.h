/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_INBOX_WATCH_H
#define COEXIST_INBOX_WATCH_H

struct mailbox;

/* The watch of transactions of the user's INBOX: when one is committed,
   session-changes.h is told what was expunged, and of that, what was copied as
   "moving" before, by IMAP's MOVE or mail-move.h; of what a POP3 session or a
   run of its own does, also what was hidden and what was marked read. */

/* Hook for every mailbox. Those of users whose changes nobody wants to know of
   are left alone. */
void coexist_inbox_watch_allocated(struct mailbox *box);

#endif
