/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_MAIL_H
#define COEXIST_QUOTA_MAIL_H

struct coexist_quota_added;
struct coexist_quota_notice;

/* The channel "mail": a message in the owner's INBOX, which takes the place of
   the one before if that is still unread. Returns 0, or -1 after logging a
   warning. */
int coexist_quota_mail_tell(const struct coexist_quota_notice *notice,
			    struct coexist_quota_added *added);

#endif
