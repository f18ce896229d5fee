/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_USE_NOTE_H
#define COEXIST_USE_NOTE_H

#include "last-use.h"

struct mail_namespace;
struct mail_user;

/* The note that a session makes of the use of its mailbox, where the site setting
   note_last_use says so, and where the policy needs it (sent_copy = pop3, junk_notice):
   last-use.h has what is noted.

   The session does it, and not the gate: that may not write into mailboxes, is
   missing where the userdb has the policy, and sees of a proxy what the host behind
   it sees again. So there is no note of Postfix's logins, which have no session.

   A master user's session is not the owner's, and one without a login (PREAUTH) is
   an administrator's. A refused one is no use. */

/* Hook, of the part COEXIST_HOOKS_USE_NOTE. Does not wait for a lock: who has it notes
   something, too. A failure is logged and nothing more. */
void coexist_use_note_namespaces_created(struct mail_namespace *namespaces);

/* Returns the protocol of a session, which may be that of webmail; OTHER for what is no
   session. */
enum coexist_protocol coexist_use_protocol(const struct mail_user *user);

/* What is known of the use of a mailbox. */
struct coexist_use_noted {
	struct coexist_last_use last;
	/* the site does not have it noted (any more) */
	bool is_off;
};

/* Reads it, on the data stack. Needs the user's namespaces. Returns 0, or -1 after
   logging a warning. */
int coexist_use_noted_read(struct mail_user *user,
			   struct coexist_use_noted *noted_r);

/* Adds the hook where the policy needs the note. */
void coexist_use_note_user_created(struct mail_user *user);

#endif
