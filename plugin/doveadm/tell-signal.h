/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_TELL_SIGNAL_H
#define COEXIST_TELL_SIGNAL_H

#include "tell-targets.h"

/* How an open session is told, or ended: imap, pop3 and submission decide themselves, by a
   signal (live-signal.h); others are ended by anvil, or with their process. */

/* The machine's time since its start. */
uint64_t coexist_tell_now_usecs(void);

/* Returns TRUE if the session's process knows the signal. */
bool coexist_target_has_signal(const struct coexist_open_session *session);
/* Returns TRUE if the sessions of one user are told, and nobody else's of the process.
   Such an order may get lost, when another command's comes together with it, and is
   repeated. */
bool coexist_teller_has_order(const struct coexist_teller *teller);

/* So long after it was told, a target is told again: the system keeps one signal of several,
   and a process may have been started just now. */
#define COEXIST_TELL_AGAIN_USECS (500 * 1000)

/* Tells the target, at the pace, or says that nobody can. */
void coexist_target_tell(struct coexist_teller *teller,
			 struct coexist_target *target);

#endif
