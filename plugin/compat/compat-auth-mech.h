/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_AUTH_MECH_H
#define COEXIST_COMPAT_AUTH_MECH_H

#include "compat-version.h"

struct auth_request;

/* The hook in all SASL mechanisms of the auth process: the way to be there
   when Dovecot is about to reply to a login, whichever mechanism and passdbs
   it had. Dovecot has none of its own. Which one there is, is known when this
   is built. */

/* A login is on its way. Called once or more before Dovecot replies. */
typedef void coexist_auth_mech_hook_t(struct auth_request *request);

/* Has the function called for all logins from now on. To be called when the
   mechanisms are there: not before passdbs are initialised. Calls after the
   first do nothing. Returns FALSE if this Dovecot has no place for it. */
bool coexist_auth_mech_hook(coexist_auth_mech_hook_t *hook);
/* Has it called no more. */
void coexist_auth_mech_unhook(void);

#endif
