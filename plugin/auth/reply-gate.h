/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REPLY_GATE_H
#define COEXIST_REPLY_GATE_H

/* The gate at the reply: it decides where Dovecot is about to let a login in. So
   it is by-passed by no order of passdbs, no cache and no mechanism, and costs no
   look-up of Dovecot's. Whom the blocks of gate-block.h are for, it asks their
   gates. */

/* Has the gate decide at the reply from now on, if this Dovecot has a place for
   that. Calls after the first do nothing. */
void coexist_reply_gate_start(void);
/* The auth process ends: no login begins any more. What is under way is still
   decided, or put off if its gate is gone. */
void coexist_reply_gate_stop(void);

/* Returns TRUE if the gate decides at the reply: then it has nothing to do among
   the passdbs. */
bool coexist_reply_gate_is_in_force(void);

#endif
