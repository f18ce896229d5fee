/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OPEN_CHAIN_H
#define COEXIST_OPEN_CHAIN_H

struct auth;

/* A chain of passdbs that is open: one that lets logins in and does not go on to
   passdb coexist (gate-block.h). Only where the gate does not decide at the reply:
   there nothing by-passes it. */

/* Watches the passdbs of open chains, once: the logins that they let in are told
   to the administrator, and on_no_gate decides about them. For logins whose
   passdb is in auth_cache already, nobody can. */
void coexist_open_chain_watch(void);
/* Returns TRUE if a chain of this protocol is open. */
bool coexist_open_chain_is_open(const struct auth *auth);
/* Nobody watches any more. */
void coexist_open_chain_unwatch(void);

#endif
