/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_USERDB_ANSWER_H
#define COEXIST_USERDB_ANSWER_H

#include "userdb.h"

struct coexist_gate;
struct coexist_login_state;

/* Adds to what the userdbs say of a user what is handed over to who asks for it
   (gate-handover.h). All that they say of the policy must be there, and the user's
   name be the last one. Then calls the callback, perhaps before this returns, with
   OK, or with a failure if nobody may have that user's session. */
void coexist_userdb_answer(struct coexist_gate *gate,
			   struct coexist_login_state *state,
			   userdb_callback_t *callback);

#endif
