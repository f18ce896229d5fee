/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SUBMISSION_SENT_H
#define COEXIST_SUBMISSION_SENT_H

struct client;

/* Copies of what a client of the submission service sends (sent-copy.h). Dovecot
   has the whole message before it is relayed: it is kept until the relay has
   replied, and stored when the client has its reply. A client that leaves before
   that has sent its message all the same. */

/* Watches the client's messages if the policy has a sent_copy. */
void submission_sent_create(struct client *client);

#endif
