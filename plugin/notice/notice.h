#ifndef COEXIST_NOTICE_H
#define COEXIST_NOTICE_H

#include "notice-place.h"

struct coexist_notice_variable;
struct mail_user;
struct mailbox;

/* Something that the owner of a mailbox is told by a message in INBOX. */
struct coexist_notice {
	/* of the files with its texts, see notice-text.h */
	const char *kind;
	/* by which the mailbox's state knows the last one: it is replaced. NULL
	   for <kind>_mail; several kinds may share one. */
	const char *place_name;
	const char *builtin;
	const struct coexist_notice_variable *variables;
	unsigned int variables_count;
};

/* Returns the user's INBOX, to be freed by mailbox_free(). Needs the user's
   namespaces. What the owner may do with it does not matter. */
struct mailbox *coexist_notice_inbox(struct mail_user *user);

/* Puts the notice into the INBOX, which need not be open, unread, in the user's
   language, also if the quota is full, and lets it replace the one before
   (notice-place.h). Nobody is notified of it, as of a mail that dsync brings.
   There must be no transaction of the INBOX that writes. Returns 0, or -1 after
   logging a warning. */
int coexist_notice_send(struct mailbox *inbox,
			const struct coexist_notice *notice,
			struct coexist_notice_place *place_r);

/* Returns the notice as one line for an alert, on the data stack: what the text
   in the user's language has for that, else its subject, in ASCII; or that of
   the built-in text if it can't be said in ASCII. */
const char *coexist_notice_alert(struct mail_user *user,
				 const struct coexist_notice *notice);

#endif
