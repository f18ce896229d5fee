#ifndef COEXIST_NOTICE_H
#define COEXIST_NOTICE_H

struct coexist_notice_variable;
struct mail_user;

/* Something that the owner of a mailbox is told by a message in INBOX. */
struct coexist_notice {
	/* of the files with its texts, see notice-text.h */
	const char *kind;
	const char *builtin;
	const struct coexist_notice_variable *variables;
	unsigned int variables_count;
};

/* Puts the notice into the user's INBOX, unread, in the user's language, also if
   the quota is full. Nobody is notified of it, as of a mail that dsync brings.
   Needs the user's namespaces, and no transaction of the INBOX that writes.
   Returns 0, or -1 after logging a warning. */
int coexist_notice_send(struct mail_user *user,
			const struct coexist_notice *notice);

#endif
