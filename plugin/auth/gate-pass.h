#ifndef COEXIST_GATE_PASS_H
#define COEXIST_GATE_PASS_H

#include "coexist/policy-keys.h"

struct auth_request;
struct coexist_gate;
struct coexist_gate_policy;

/* What the gate leaves with a login for the userdb lookup of the same login. */

/* The policy of the request's user is looked up. */
void coexist_gate_pass_set_asked(struct auth_request *request);
/* Returns TRUE if that was for the user whom the request has now. */
bool coexist_gate_pass_is_asked(struct auth_request *request);

/* Keeps what the policy hands over to the session, in case the login passes, so
   that it need be neither looked up nor merged again. Not for a policy that
   could not be read, nor for one in which the userdb has a say: it may say more
   later. */
void coexist_gate_pass_keep(struct coexist_gate *gate,
			    struct auth_request *request,
			    const struct coexist_gate_policy *policy);
/* The gate lets the login pass. */
void coexist_gate_pass_set(struct auth_request *request);
/* Returns TRUE if it did. */
bool coexist_gate_pass_is_set(struct auth_request *request);

/* Hands to the session of a login that passed what was kept for it. Returns
   FALSE if that is nothing, another user's, or as old as no look-up's answer may
   be. */
bool coexist_gate_pass_export_kept(struct coexist_gate *gate,
				   struct auth_request *request);
/* The same with this policy. */
void coexist_gate_pass_export(struct coexist_gate *gate,
			      struct auth_request *request,
			      const struct coexist_gate_policy *policy);

#endif
