/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SENT_PAIR_H
#define COEXIST_SENT_PAIR_H

#include "sent-ring.h"

struct coexist_sent_body;
struct mail_user;
struct mailbox;

/* Pairs of copies of one sent message, the server's and the mail program's. The
   program's stays: it may have a Bcc, flags, another form. To each copy of the
   program's at most one of the server's belongs, so that of two messages that
   look alike none is lost. What is in doubt stays twice. */

enum coexist_sent_twin {
	/* none is known */
	COEXIST_SENT_TWIN_NONE,
	/* the program has stored it */
	COEXIST_SENT_TWIN_CLIENT,
	/* the server has: the program sent it again, because it got no reply */
	COEXIST_SENT_TWIN_RETRY
};

/* Looks for a twin of the message that is about to be stored, which has this body.
   What is found of the program's is noted as paired. */
enum coexist_sent_twin
coexist_sent_pair_server(struct coexist_sent_ring *ring, struct mail_user *user,
			 const struct coexist_sent_keys *keys,
			 const struct coexist_sent_body *body);

/* Notes that a program has stored a message with this UID in the mailbox. The
   server's copy goes, if there is one, after its flags and keywords were added to
   the program's message. Returns TRUE if it went. */
bool coexist_sent_pair_client(struct coexist_sent_ring *ring,
			      struct mailbox *box,
			      const struct coexist_sent_keys *keys,
			      uint32_t uidvalidity, uint32_t uid);

#endif
