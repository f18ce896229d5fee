/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAILDROP_FOLDERS_H
#define COEXIST_MAILDROP_FOLDERS_H

#include "array-decl.h"

struct coexist_policy;
struct mail_user;

/* The mailboxes of a POP3 maildrop, which the names and patterns of pop3_folders are
   for: INBOX, and mailboxes of the user's own namespaces. A slash in the key stands for
   any separator, and the prefix of INBOX's namespace may be left out. A pattern is for
   no Trash and no Junk, nor for what is below these. Where pop3_delete or Dovecot's plugin
   lazy_expunge moves messages is no part of it. */

/* More mailboxes than this are not opened for a session. */
#define COEXIST_MAILDROP_FOLDERS_MAX 200

/* A mailbox that the key names and the maildrop can't have. */
struct coexist_maildrop_refused {
	const char *name;
	const char *why;
};

struct coexist_maildrop_folders {
	/* Full names, each once, INBOX being the first. A mailbox that is named need
	   not exist. */
	ARRAY(const char *) names;
	ARRAY(struct coexist_maildrop_refused) refused;
};

/* Returns TRUE if the policy, which may be NULL, names anything but INBOX. */
bool coexist_maildrop_folders_wanted(const struct coexist_policy *policy);

/* Finds the mailboxes, on the data stack, with one more than the limit if there are
   too many. Needs the user's namespaces. Returns 0, or -1 and an error if mailboxes
   can't be listed. */
int coexist_maildrop_folders_find(struct mail_user *user,
				  const struct coexist_policy *policy,
				  struct coexist_maildrop_folders *folders_r,
				  const char **error_r);

/* Warns that mailboxes of these names are left out of the maildrop, until somebody mends
   why. */
void coexist_maildrop_unusable_log(struct mail_user *user, const char *names,
				   const char *why);

#endif
