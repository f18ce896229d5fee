#ifndef POP3_REFUSAL_H
#define POP3_REFUSAL_H

struct client;

/* Answers the login with -ERR and the reason. The session ends by itself when
   its user fails; ending it here would crash Dovecot. Whatever else it wants to
   say is not sent. */
void pop3_refuse(struct client *client, const char *reason);

#endif
