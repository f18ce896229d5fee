/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_PASSWORD_PROOF_H
#define COEXIST_PASSWORD_PROOF_H

struct auth_request;

/* The proof of a password, as the passdbs before the gate have it. A passdb that
   returns the field nopassword lets in any: Dovecot takes that for a success like
   others, and does not show the field to the passdbs that follow. So the passdbs
   are watched. */

/* Watches the passdbs that there are, once: to be called when they are being
   initialised, because the auth workers ask some of them. */
void coexist_password_proof_watch(void);
/* Nobody watches any more. */
void coexist_password_proof_unwatch(void);

/* Returns TRUE if the login so far was let in with any password, once: what told
   so goes no further. */
bool coexist_password_take_any(struct auth_request *request);

#endif
