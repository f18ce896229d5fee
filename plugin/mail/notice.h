#ifndef COEXIST_NOTICE_H
#define COEXIST_NOTICE_H

struct coexist_notice_variable;
struct mail_user;
struct mailbox;

/* Something that the owner of a mailbox is told by a message in INBOX. */
struct coexist_notice {
	/* of the files with its texts, see notice-text.h */
	const char *kind;
	const char *builtin;
	const struct coexist_notice_variable *variables;
	unsigned int variables_count;
};

/* Where a notice was put in INBOX, and how large it is for the quota. */
struct coexist_notice_place {
	uint32_t uidvalidity, uid;
	uint64_t size;
};

/* Returns the user's INBOX, to be freed by mailbox_free(). Needs the user's
   namespaces. What the owner may do with it does not matter. */
struct mailbox *coexist_notice_inbox(struct mail_user *user);

/* Puts the notice into the INBOX, which need not be open, unread, in the user's
   language, also if the quota is full. Nobody is notified of it, as of a mail
   that dsync brings. There must be no transaction of the INBOX that writes.
   Returns 0, or -1 after logging a warning. */
int coexist_notice_send(struct mailbox *inbox,
			const struct coexist_notice *notice,
			struct coexist_notice_place *place_r);

/* Returns the notice as one line for an alert, on the data stack: what the text
   in the user's language has for that, else its subject, in ASCII; or that of
   the built-in text if it can't be said in ASCII. */
const char *coexist_notice_alert(struct mail_user *user,
				 const struct coexist_notice *notice);

/* Takes a notice away again, because there is a newer one, unless somebody has
   read, answered or flagged it: then, and if it is not there any more, nothing
   happens. That is no change by the session, and not in the journal. Needs what
   sending needs. Failures are logged. */
void coexist_notice_withdraw(struct mailbox *inbox,
			     const struct coexist_notice_place *place);

#endif
