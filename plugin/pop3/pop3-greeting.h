/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_GREETING_H
#define COEXIST_POP3_GREETING_H

struct client;

/* A filter stream that holds back the greeting of a POP3 session, which is +OK
   after the login, until it is known whether the session may go on. */

/* Puts the filter before the client's output: nothing is sent until one of the
   two functions below is called. Returns the stream, which is the client's
   output and which the client owns. */
struct ostream *pop3_greeting_hold(struct client *client);

/* Sends what was held back, and from now on everything. Does nothing if there
   was a decision already. */
void pop3_greeting_pass(struct ostream *output);
/* Sends this line instead of what was held back, and nothing else any more. */
void pop3_greeting_replace(struct ostream *output, const char *line);

#endif
