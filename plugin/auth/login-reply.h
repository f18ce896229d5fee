/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOGIN_REPLY_H
#define COEXIST_LOGIN_REPLY_H

#include "login-state.h"

/* Dovecot's reply to the client of a login, held until the gate's last word: the
   client has shown by then, whatever its mechanism is, that it is who it says, and
   a success can still become a refusal. */

/* Decides whether the login, which is about to succeed, does. The callback may be
   called before this returns. */
typedef void
coexist_login_reply_decide_t(struct coexist_login_state *state,
			     coexist_gate_login_callback_t *callback);

/* Has a login's success held until it is decided, and that of all logins that come
   by the same connection: there is one decide() for a process. */
void coexist_login_reply_hold(struct auth_request *request,
			      coexist_login_reply_decide_t *decide);

#endif
