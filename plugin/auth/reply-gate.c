/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in reply-gate.h. */

#include "lib.h"
#include "reply-gate.h"
#include "compat-auth-mech.h"
#include "gate.h"
#include "gate-answer.h"
#include "gate-block.h"
#include "gate-login.h"
#include "login-reply.h"
#include "password-proof.h"
#include "refusal-after-proof.h"

static bool in_force = FALSE;

static void ask(struct coexist_login_state *state,
		const struct coexist_gate_block *block);

/* Returns TRUE if a session here, after all, is for itself to decide. */
static bool is_left_to_session(const struct coexist_login_state *state)
{
	return state->proof == COEXIST_GATE_PROVED_ELSEWHERE &&
		!coexist_gate_is_log_only(state->facts.gate);
}

static void
decided(enum coexist_gate_verdict verdict, const char *reason,
	struct coexist_login_state *state)
{
	if (verdict != COEXIST_GATE_PASS) {
		state->decided(verdict, reason, state);
		return;
	}
	state->passed = !is_left_to_session(state);
	ask(state, coexist_gate_block_next_for(state->block, state->request));
}

/* Asks the gate of the block, and lets the login pass behind the last one. */
static void ask(struct coexist_login_state *state,
		const struct coexist_gate_block *block)
{
	state->block = block;
	if (block == NULL) {
		state->decided(COEXIST_GATE_PASS, /*reason=*/NULL, state);
	} else if (block->gate == NULL) {
		/* auth ends, and nobody can tell any more */
		state->request->internal_failure = TRUE;
		state->decided(COEXIST_GATE_TEMPFAIL, /*reason=*/NULL, state);
	} else {
		coexist_gate_login(block->gate, state,
			coexist_password_proof_find(block->gate, state),
			decided);
	}
}

static void
decide(struct coexist_login_state *state,
       coexist_gate_login_callback_t *callback)
{
	state->decided = callback;
	coexist_password_proof_take(state);
	ask(state, coexist_gate_block_next_for(NULL, state->request));
}

/* Returns TRUE if a session that is open speaks for its user again, by a token of
   auth's own: imap-urlauth does, and since 2.4.2 a session that wakes up. It says
   neither address nor TLS, and was let in long ago. */
static bool is_session(const struct auth_request *request)
{
	return request->fields.mech_name != NULL &&
		strcasecmp(request->fields.mech_name, "DOVECOT-TOKEN") == 0;
}

static void login_begins(struct auth_request *request)
{
	if (!is_session(request))
		coexist_login_reply_hold(request, decide);
}

/* Returns TRUE if the site has not said that the gate stays in the chain. */
static bool is_wanted(void)
{
	const struct coexist_gate_block *block = NULL;

	while ((block = coexist_gate_block_next(block)) != NULL) {
		if (coexist_site_number(&block->gate->config,
					COEXIST_SITE_gate_at) ==
		    COEXIST_GATE_AT_CHAIN)
			return FALSE;
	}
	return TRUE;
}

/* The gate decides in the chain. */
static void query_begins(struct auth_request *request)
{
	if (coexist_gate_answer_is_due(request))
		coexist_watch_proof(request);
}

void coexist_reply_gate_start(void)
{
	in_force = is_wanted() && coexist_auth_mech_hook(login_begins);
	if (!in_force)
		(void)coexist_auth_mech_hook(query_begins);
	coexist_gate_answer_set_at_reply(in_force);
}

void coexist_reply_gate_stop(void)
{
	coexist_auth_mech_unhook();
}

bool coexist_reply_gate_is_in_force(void)
{
	return in_force;
}
