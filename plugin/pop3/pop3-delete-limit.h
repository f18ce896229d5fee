#ifndef COEXIST_POP3_DELETE_LIMIT_H
#define COEXIST_POP3_DELETE_LIMIT_H

struct pop3_session;

/* Tells the log that a session was held because it deleted more than
   pop3_delete_limit, and the owner of the mailbox by a notice, unless the owner
   was told so within the last 24 hours. To be called after QUIT, when what was
   deleted is hidden. Failures are logged here. */
void pop3_delete_limit_tell(struct pop3_session *session);

#endif
