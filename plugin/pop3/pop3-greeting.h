#ifndef COEXIST_POP3_GREETING_H
#define COEXIST_POP3_GREETING_H

struct client;

/* What a POP3 session says to its client, with our changes to it. */

/* Puts itself before the client's output and holds back what the session says
   until one of the two functions below is called. capabilities, which must live
   as long as the client, are lines with CR LF that the answer to CAPA
   (RFC 2449) gets besides Dovecot's. Returns the stream, which is the client's
   output. */
struct ostream *
o_stream_create_pop3(struct client *client, const char *capabilities);

/* Says what was held back, and from now on everything. Does nothing if there
   was a decision already. */
void o_stream_pop3_pass(struct ostream *output);
/* Says this line instead of what was held back, and nothing else any more. */
void o_stream_pop3_replace(struct ostream *output, const char *line);

#endif
