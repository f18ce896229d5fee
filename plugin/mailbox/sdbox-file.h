/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SDBOX_FILE_H
#define COEXIST_SDBOX_FILE_H

struct mailbox;

/* Returns TRUE if the mailbox is of an sdbox and has a file for a message of this UID,
   whatever the index says. A process that is killed leaves such files: of a message that
   is not in the index yet, and of one that is not any more. Whoever makes the index anew
   takes both for messages. */
bool coexist_sdbox_has_file(struct mailbox *box, uint32_t uid);

#endif
