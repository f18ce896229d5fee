/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_DOWNLOAD_H
#define COEXIST_POP3_DOWNLOAD_H

struct client;
struct mail;
struct pop3_read_state;

/* The download of a message: the body of a RETR is streamed to its end, and then
   the client sends its next command. TOP never counts.

   The first half is seen here, on the message that RETR reads, and told to the
   read state, which sees the second. */

/* Watches a message of the maildrop, which was allocated. */
void pop3_download_mail_allocated(struct client *client,
				  struct pop3_read_state *read_state,
				  struct mail *mail);

#endif
