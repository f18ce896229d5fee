/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_PASSWORD_PROOF_H
#define COEXIST_PASSWORD_PROOF_H

#include "login-state.h"

/* The proof of a password, as the passdbs before the gate have it. A passdb that
   returns the field nopassword lets in any: Dovecot takes that for a success like
   others, and does not show the field to the passdbs that follow. So the passdbs
   are watched. */

/* Watches the passdbs that there are, once: to be called when they are being
   initialised, because the auth workers ask some of them. */
void coexist_password_proof_watch(void);
/* Nobody watches any more. */
void coexist_password_proof_unwatch(void);

/* Takes down whether the login was let in with any password. What told so goes no
   further. */
void coexist_password_proof_take(struct coexist_login_state *state);
/* Returns who has verified the password of a login that a passdb let in: nobody
   here, if any password was taken and another host is to verify it. */
enum coexist_gate_proof
coexist_password_proof_find(const struct coexist_gate *gate,
			    const struct coexist_login_state *state);

#endif
