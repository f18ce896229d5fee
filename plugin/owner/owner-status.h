/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_STATUS_H
#define COEXIST_OWNER_STATUS_H

struct mail_user;

/* The status of the mailbox, as its owner may read it beside the choices: what POP3
   did lately. Whoever can write the mailbox's files can have made it up. */

/* Returns the day of the last use by POP3, "none" if that was noted and did not
   happen, NULL if nothing is noted. On the data stack. */
const char *coexist_owner_status_last_use(struct mail_user *user);

/* So many POP3 sessions are told. */
#define COEXIST_OWNER_STATUS_SESSIONS 5

/* Returns the POP3 sessions that hid or moved messages and were not undone since, or
   in part only, the newest first, a line for each:

     2026-03-02T08:14:55Z 4f+EyN1gxtp/AAAB 12 4300

   the time, the session, how many messages it hid and how many it moved. NULL if there
   is none. On the data stack. */
const char *coexist_owner_status_deletions(struct mail_user *user);

#endif
