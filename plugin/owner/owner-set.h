/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_SET_H
#define COEXIST_OWNER_SET_H

struct mail_user;

/* Chooses in the owner's place: KEY=VALUE each, or KEY alone to choose nothing, as if an
   IMAP client of the owner's had set the entries in one command. The user needs the
   hook of owner-metadata.h. Returns 0, or -1 and an error on the data stack; nothing is
   changed then. */
int coexist_owner_set(struct mail_user *user, const char *const *values,
		      const char **error_r);

#endif
