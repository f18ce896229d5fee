#ifndef COEXIST_GATE_LOGIN_H
#define COEXIST_GATE_LOGIN_H

struct auth_request;
struct coexist_gate;

/* One login at the gate. */

enum coexist_gate_verdict {
	COEXIST_GATE_PASS,
	COEXIST_GATE_REFUSE,
	/* the same, for now */
	COEXIST_GATE_TEMPFAIL
};

/* reason is NULL if the login may pass: one line for the client, with its
   response code. It lives for the call only. */
typedef void
coexist_gate_login_callback_t(enum coexist_gate_verdict verdict,
			      const char *reason,
			      struct auth_request *request, void *context);

/* Decides and logs a refusal. The callback may be called before this returns;
   the request is referenced until then. */
void coexist_gate_login(struct coexist_gate *gate,
			struct auth_request *request,
			coexist_gate_login_callback_t *callback,
			void *context);

/* Gives the request what Dovecot's reply to a refused client is made of. */
void coexist_gate_login_refuse(struct auth_request *request,
			       enum coexist_gate_verdict verdict,
			       const char *reason);

#endif
