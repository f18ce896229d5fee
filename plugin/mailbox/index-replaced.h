/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_INDEX_REPLACED_H
#define COEXIST_INDEX_REPLACED_H

struct mailbox;

/* Returns TRUE if the index that the mailbox has open is not the one at its path any
   more: the mailbox has been deleted or renamed, and perhaps another one has its name.
   Dovecot would take the other one's index for its own, find that it has another number,
   and mark it as corrupted. Says FALSE of an index in memory, and of one that is
   closed. */
bool coexist_mailbox_has_replaced_index(struct mailbox *box);

#endif
