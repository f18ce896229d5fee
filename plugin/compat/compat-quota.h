/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_QUOTA_H
#define COEXIST_COMPAT_QUOTA_H

#include "array-decl.h"
#include "coexist/quota-usage.h"

struct mail_user;

ARRAY_DEFINE_TYPE(coexist_quota_usage, struct coexist_quota_usage);

/* Finds the functions of Dovecot's quota plugin. Returns FALSE if the plugin is not
   loaded; it may be later, for another user of the process. */
bool coexist_compat_quota_find(void);

/* Asks the quota plugin what the user has used of their own quota roots: those
   that count the namespace of the INBOX, are enforced and may be seen by the
   user. There is none without the plugin. Other roots, and what is shared with the user, do not say how full
   this mailbox is. Needs the user's namespaces, and must not be called while
   a mailbox is being changed or synced.

   Returns 1 and all that is known, appended to the array; 0 if the user has no
   such root, or Dovecot is counting just now; -1 and an error that names the
   root. With 0 and -1 the array may have a part of it. */
int coexist_compat_quota_get(struct mail_user *user,
			     ARRAY_TYPE(coexist_quota_usage) *usages,
			     const char **error_r);

#endif
