#ifndef COEXIST_PROOF_WAIT_H
#define COEXIST_PROOF_WAIT_H

#include "compat-auth.h"

/* Refusing a client that has still to prove that it knows the password
   (CRAM-MD5, SCRAM): one that doesn't must not learn the policy. */

/* Answers the lookup of credentials with success, and refuses the request with
   the reason once the client has proved that it knows the password. Until then
   nothing of it can be seen. */
void coexist_proof_wait(struct auth_request *request, const char *reason,
			lookup_credentials_callback_t *callback);

/* Gives up waiting, as the process ends. */
void coexist_proof_wait_deinit(void);

#endif
