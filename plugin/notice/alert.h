/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ALERT_H
#define COEXIST_ALERT_H

struct mail_user;

/* Alerts: a line that the owner of a mailbox is to see in the mail program. A
   process that has something to tell leaves the line in the mailbox's state
   (alert-state.h), and the next IMAP session that can say an alert takes it. One
   line waits at most, the newest. */

/* Leaves the line, which is printable ASCII (ascii-line.h), or takes back what is there if
   it is "". Returns 0, or -1 after logging a warning. */
int coexist_alert_leave(struct mail_user *user, const char *line);

/* Returns TRUE if a line waits in the state with this text. */
bool coexist_alert_is_left(const char *state);

/* Returns the line, on the data stack, which nobody else gets then; or NULL if
   there is none, or it is too early for it. Reads a file of a few lines, and
   writes it only if there is something to say. */
const char *coexist_alert_take(struct mail_user *user);

#endif
