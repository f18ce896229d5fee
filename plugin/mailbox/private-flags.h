/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_PRIVATE_FLAGS_H
#define COEXIST_PRIVATE_FLAGS_H

#include "mail-types.h"

struct mail;
struct mail_index_view;
struct mailbox;

/* Private flags: users who share a mailbox can have \Seen of their own each, in a
   private index beside the shared one (INDEXPVT; Dovecot 2.4:
   mail_index_private_path). mail_get_flags() and mail_update_flags() know that
   in a mailbox that was synced; before its first sync they are about the shared
   flags. What reads an index itself has to ask here. */

/* Opens the private index. Returns 1 if there is one, which is up to date once
   the mailbox was synced; 0 if the mailbox has no private flags; or -1 with the
   error in the mailbox. Costs nothing in a mailbox without. */
int coexist_private_flags_open(struct mailbox *box);

/* Makes the flags that other sessions changed known to whoever looks them up in
   the mailbox's views, the shared ones and this user's. */
void coexist_private_flags_refresh(struct mailbox *box);

/* Returns the flags that this user sees on the message with this sequence in a
   view of the mailbox's index. A private flag that can't be told is not set. */
enum mail_flags coexist_private_flags_lookup(struct mailbox *box,
					     struct mail_index_view *view,
					     uint32_t seq);

/* Returns FALSE if \Seen of the message is a private flag whose place can't be
   found: to set it would set it for everybody. */
bool coexist_private_flags_can_set(struct mail *mail);

#endif
