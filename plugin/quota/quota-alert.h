#ifndef COEXIST_QUOTA_ALERT_H
#define COEXIST_QUOTA_ALERT_H

struct coexist_quota_notice;

/* Leaves the notice for the next IMAP session, in the owner's language: see
   alert.h. Returns 0, or -1 after logging a warning. */
int coexist_quota_alert_tell(const struct coexist_quota_notice *notice);

#endif
