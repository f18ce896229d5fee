#ifndef COEXIST_POLICY_HANDOVER_H
#define COEXIST_POLICY_HANDOVER_H

#include "policy-decision.h"

/* The hand-over: what the policy documents say, from the auth process to a
   session, as the value of a single userdb field:

     <word>;<key>=<value>;<key>=<value>

   It is one field because each costs Dovecot 2.3 some 20,000 instructions. Its
   bytes are those that no part of Dovecot changes on the way: 2.3 expands %
   variables in it, and the auth protocol writes control characters as two. So
   these, and what the field itself is made of, are a backslash and a letter. */

/* Dovecot takes 8192 bytes of what the userdb says, the names of the fields and
   the user's included (MAX_INBUF_SIZE of lib-auth/auth-master.c,
   AUTH_MAX_INBUF_SIZE of lib-master/master-login-auth.c). 2 kB of them are left
   to all other fields, and some to the user's own. */
#define COEXIST_HANDOVER_MAX_SIZE (5 * 1024 + 512)

/* What is handed over, and to whom. */
struct coexist_handover {
	/* whose session; OTHER for a service that has no logins */
	enum coexist_protocol protocol;
	/* the gate has decided about the login */
	bool gate_decided;
	/* indexed by key, NULL if no document names the key */
	const char *texts[COEXIST_KEY_COUNT];
	/* what the client is told when it comes back too early, or NULL */
	const char *delay_text;
	/* There may be documents that nobody could read. */
	bool is_partial;
};

/* Appends the keys that the session obeys, each behind a semicolon. Where they
   are more than COEXIST_HANDOVER_MAX_SIZE, the long ones are left out: first
   come the short ones, so that what removes or keeps messages is never among
   them, then those by which the session decides, then all others as they fit.
   Returns how many bytes all of them would have been. */
size_t coexist_handover_write(const struct coexist_handover *handover,
			      string_t *dest,
			      bool left_out_r[COEXIST_KEY_COUNT]);
/* Returns the names of those that were left out, on the data stack: empty if
   there are none. */
const char *
coexist_handover_left_out(const bool left_out[COEXIST_KEY_COUNT]);

/* Reads the keys of a field's value into texts, indexed by key: NULL for those
   that are not there, else from the pool. An empty text is the value of a preset
   that says so (see struct coexist_scope). */
void coexist_handover_read(pool_t pool, const char *value,
			   const char *texts_r[COEXIST_KEY_COUNT]);
/* Returns the word with which the value begins, on the data stack. */
const char *coexist_handover_word(const char *value);
/* Returns TRUE if there may be documents that could not be read: what they say is
   not in it. */
bool coexist_handover_is_partial(const char *value);
/* Returns the text for a client that comes back too early, on the data stack, or
   NULL if it is not there. */
const char *coexist_handover_delay_text(const char *value);

#endif
