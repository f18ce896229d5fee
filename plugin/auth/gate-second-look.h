/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_SECOND_LOOK_H
#define COEXIST_GATE_SECOND_LOOK_H

struct auth_request;
struct coexist_gate;
struct coexist_gate_policy;

/* The second look at a login that the gate let pass: the userdb may have said more
   of its policy since, or whose mailbox it is. */

enum coexist_gate_second_look {
	COEXIST_GATE_STILL_PASSES,
	/* the session refuses what has to be, and says why */
	COEXIST_GATE_SESSION_DECIDES,
	/* the session does not know that it is webmail's */
	COEXIST_GATE_REFUSES_HERE
};

/* Decides again. Logs what is refused here and what would be. */
enum coexist_gate_second_look
coexist_gate_look_again(struct coexist_gate *gate,
			struct auth_request *request,
			const struct coexist_gate_policy *policy);

#endif
