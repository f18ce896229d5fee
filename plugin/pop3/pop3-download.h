#ifndef COEXIST_POP3_DOWNLOAD_H
#define COEXIST_POP3_DOWNLOAD_H

struct mail;

/* What counts as downloaded: the body of a RETR was streamed to its end, and
   then the client sent its next command. TOP never counts.

   The first half is seen here, on the message that RETR reads, and told to the
   session, which knows about the second. */

/* Hook for every message object of a POP3 session. */
void pop3_download_mail_allocated(struct mail *mail);

#endif
