/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_OWNER_H
#define COEXIST_GATE_OWNER_H

struct coexist_gate;
struct coexist_gate_policy;

/* What the gate tells a session of the owner's choices: which of the keys that
   owner_may_change opens are fixed all the same. The session does not know who names
   a key, and the gate does not know what the owner chose. */

/* Returns the text of COEXIST_HANDOVER_OWNER, on the data stack, or NULL if nothing is
   open. */
const char *coexist_gate_owner_fixed(const struct coexist_gate *gate,
				     const struct coexist_gate_policy *policy);

#endif
