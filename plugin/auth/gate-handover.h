/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_HANDOVER_H
#define COEXIST_GATE_HANDOVER_H

struct coexist_gate;
struct coexist_gate_policy;
struct coexist_login_facts;
struct coexist_login_state;

/* The gate's side of the hand-over (policy-handover.h): what it tells the session
   of a login, or a service without logins, of the policy documents. */

/* Keeps what the policy hands over to the session, in case the login passes, so
   that it need be neither looked up nor merged again. Not for a policy that
   could not be read, nor for one in which the userdb has a say: it may say more
   later. */
void coexist_gate_handover_keep(struct coexist_login_state *state,
				const struct coexist_gate_policy *policy);
/* Hands to the session of a login that passed what was kept for it. Returns
   FALSE if that is nothing, another user's, or as old as no look-up's answer may
   be. */
bool coexist_gate_handover_add_kept(struct coexist_gate *gate,
				    struct coexist_login_state *state);
/* The same with this policy. */
void coexist_gate_handover_add_passed(struct coexist_gate *gate,
				      struct coexist_login_state *state,
				      const struct coexist_gate_policy *policy);
/* For all who ask the userdb but the session of a login that the gate let pass:
   LMTP, people, set-ups without the gate, and logins that the gate did not know
   enough about, so that the session decides. Returns FALSE if it can't: what it
   does not know it would not refuse. */
bool coexist_gate_handover_add(struct coexist_gate *gate,
			       struct coexist_login_state *state,
			       const struct coexist_gate_policy *policy);

/* Returns the word for why the gate lets the login pass, as the carrier says it. */
const char *coexist_gate_handover_word(const struct coexist_login_facts *facts);
/* Returns what the carrier's value tells, without what it begins with. */
const char *coexist_gate_handover_told(const char *carried);
/* Sets the field for who asks: a word, and items behind it. */
void coexist_gate_handover_set(struct coexist_login_state *state,
			       const char *carried);

#endif
