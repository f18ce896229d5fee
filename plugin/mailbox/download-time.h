/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOWNLOAD_TIME_H
#define COEXIST_DOWNLOAD_TIME_H

#include "keywords.h"

struct mail;
struct mail_index_view;
struct mailbox;

/* The time of a message's first download by POP3: an index extension record of
   four bytes, which is lost with the index. */

/* Returns the number by which this process knows the records of the mailbox's
   index. Nothing is written by that. */
uint32_t coexist_download_time_id(struct mailbox *box);
/* Returns the time, in seconds since 1970, or 0 if none was noted. */
uint32_t coexist_download_time_get(struct mail_index_view *view, uint32_t seq,
				   uint32_t id);
/* Returns TRUE if there is a time, and not one that was noted while the clock was
   ahead (time-since.h). */
bool coexist_download_time_is_known(struct mail_index_view *view, uint32_t seq,
				    uint32_t id);
/* Notes that the message was downloaded now, in the mail's transaction, unless
   there is a time already. Returns TRUE if there was none. */
bool coexist_download_time_note(struct mail *mail, uint32_t id);

#endif
