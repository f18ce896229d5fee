#ifndef COEXIST_ALERT_H
#define COEXIST_ALERT_H

struct mail_user;

/* A line that the owner of a mailbox is to see in the mail program: left here
   by whatever process has something to tell, and taken by the next IMAP session
   that can say it. There is one at most, the newest, in the mailbox's state:

     alert=TEXT
     alerted_at=TIME          when a session took one last

   Mail programs show each alert in a window, so a mailbox gets one a day. */
#define COEXIST_ALERT_INTERVAL_SECS (24 * 60 * 60)

/* Leaves the line, in which everything but printable ASCII is said as "?", or
   takes back what is there if it is "". Returns 0, or -1 after logging a warning. */
int coexist_alert_leave(struct mail_user *user, const char *text);

/* Returns TRUE if a line is in the state with this text. */
bool coexist_alert_is_left(const char *state);

/* Returns the line, on the data stack, which nobody else gets then; or NULL if
   there is none, or it is too early for it. Reads a file of a few lines, and
   writes it only if there is something to say. */
const char *coexist_alert_take(struct mail_user *user);

#endif
