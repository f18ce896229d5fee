/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_ANSWER_H
#define COEXIST_GATE_ANSWER_H

struct auth_request;

/* The answer to the query about the gate (gate-query.h). */

/* Says where the gate decides. */
void coexist_gate_answer_set_at_reply(bool at_reply);
/* Returns TRUE if the request is no login but the query. */
bool coexist_gate_answer_is_due(const struct auth_request *request);
/* Adds the answer to a request that is about to fail. */
void coexist_gate_answer_add(struct auth_request *request);

#endif
