/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_ALERT_H
#define COEXIST_QUOTA_ALERT_H

struct coexist_quota_added;
struct coexist_quota_notice;

/* The channel "alert": a line in the owner's language that waits for the next
   IMAP session (alert.h). Returns 0, or -1 after logging a warning. */
int coexist_quota_alert_tell(const struct coexist_quota_notice *notice,
			     struct coexist_quota_added *added);

#endif
