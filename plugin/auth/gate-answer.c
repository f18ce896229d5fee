/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-answer.h. */

#include "lib.h"
#include "gate-answer.h"
#include "compat-auth.h"
#include "gate-block.h"
#include "gate-query.h"
#include "open-chain.h"

static bool is_at_reply = FALSE;

void coexist_gate_answer_set_at_reply(bool at_reply)
{
	is_at_reply = at_reply;
}

/* Users can't ask: their session has a name that a login process gives it. */
bool coexist_gate_answer_is_due(const struct auth_request *request)
{
	return request->auth_only &&
		null_strcmp(request->fields.session_id,
			    COEXIST_GATE_QUERY_SESSION) == 0;
}

static bool has_block(const struct auth *auth)
{
	const struct coexist_gate_block *block = NULL;

	do {
		block = coexist_gate_block_next(block);
	} while (block != NULL && block->auth != auth);
	return block != NULL;
}

static const char *answer_find(struct auth_request *request)
{
	const struct auth *auth = auth_request_get_auth(request);

	if (!has_block(auth))
		return COEXIST_GATE_QUERY_NONE;
	if (is_at_reply)
		return COEXIST_GATE_QUERY_REPLY;
	return coexist_open_chain_is_open(auth) ?
		COEXIST_GATE_QUERY_OPEN : COEXIST_GATE_QUERY_CHAIN;
}

void coexist_gate_answer_add(struct auth_request *request)
{
	auth_fields_add(request->fields.extra_fields, COEXIST_GATE_QUERY_FIELD,
			answer_find(request), 0);
	coexist_auth_request_fail_at_once(request);
}
