#ifndef COEXIST_GATE_LOGIN_H
#define COEXIST_GATE_LOGIN_H

struct auth_request;
struct coexist_gate;
struct coexist_gate_policy;

/* One login at the gate. */

enum coexist_gate_verdict {
	COEXIST_GATE_PASS,
	COEXIST_GATE_REFUSE,
	/* the same, for now */
	COEXIST_GATE_TEMPFAIL
};

/* Who has verified the client's password? */
enum coexist_gate_proof {
	COEXIST_GATE_PROVED,
	/* nobody yet: coexist_gate_login_proved() has to be called when the
	   client has shown that it knows it */
	COEXIST_GATE_PROVED_LATER,
	/* nobody here: the host does that the login is forwarded to. The login
	   passes, as nobody must learn the policy from a name alone. */
	COEXIST_GATE_PROVED_ELSEWHERE
};

/* reason is NULL if the login may pass: one line for the client, with its
   response code. It lives for the call only. */
typedef void
coexist_gate_login_callback_t(enum coexist_gate_verdict verdict,
			      const char *reason,
			      struct auth_request *request, void *context);

/* Returns TRUE if the login comes from a front that verifies passwords. */
bool coexist_gate_login_is_verified(const struct coexist_gate *gate,
				    const struct auth_request *request);
/* Decides, and logs a refusal when the password is proved. The callback may be
   called before this returns; the request is referenced until then. */
void coexist_gate_login(struct coexist_gate *gate,
			struct auth_request *request,
			enum coexist_gate_proof proof,
			coexist_gate_login_callback_t *callback,
			void *context);
/* The client of a login that was to pass or to be refused then has shown that it
   knows the password: logs the refusal, or decides what must not be asked for
   before, whether there are too many sessions. The callback may be called before
   this returns; the request is referenced until then. */
void coexist_gate_login_proved(struct auth_request *request,
			       coexist_gate_login_callback_t *callback,
			       void *context);

enum coexist_gate_second_look {
	COEXIST_GATE_STILL_PASSES,
	/* the session refuses what has to be, and says why */
	COEXIST_GATE_SESSION_DECIDES,
	/* the session does not know that it is webmail's */
	COEXIST_GATE_REFUSES_HERE
};

/* Decides again about a login that the gate let pass, as more is known of it
   now. Logs what is refused here and what would be. */
enum coexist_gate_second_look
coexist_gate_login_look_again(struct coexist_gate *gate,
			      struct auth_request *request,
			      const struct coexist_gate_policy *policy);

/* Gives the request what Dovecot's reply to a refused client is made of. */
void coexist_gate_login_refuse(struct auth_request *request,
			       enum coexist_gate_verdict verdict,
			       const char *reason);

#endif
