/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: the gate, as the auth process that runs has it. Which passdbs and
   mechanisms it has, and where the gate decides, nobody else can tell. */

#include "lib.h"
#include "preflight.h"
#include "auth-query.h"
#include "coexist-admin.h"
#include "gate-query.h"

struct gate_finding {
	const char *word;
	enum coexist_preflight_status status;
	const char *remedy;
};

static const struct gate_finding findings[] = {
	{ COEXIST_GATE_QUERY_REPLY, COEXIST_PREFLIGHT_OK, "" },
	{ COEXIST_GATE_QUERY_CHAIN, COEXIST_PREFLIGHT_OK, "" },
	{ COEXIST_GATE_QUERY_OPEN, COEXIST_PREFLIGHT_FAIL,
	  "A passdb lets logins in past the gate: take gate_at = chain away, or "
	  "add to all passdbs before passdb coexist: "
	  "result_success = continue-ok" },
	{ COEXIST_GATE_QUERY_NONE, COEXIST_PREFLIGHT_NOTE,
	  "No passdb coexist is for this service" }
};

/* The auth process knows no gate at all. */
static const struct gate_finding no_gate = {
	NULL, COEXIST_PREFLIGHT_FAIL,
	"Dovecot runs without the gate that is configured: run 'doveadm reload'"
};

static const struct gate_finding *finding_of(const char *word)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(findings); i++) {
		if (strcmp(findings[i].word, word) == 0)
			return &findings[i];
	}
	return &no_gate;
}

void coexist_preflight_gate(struct coexist_preflight *preflight)
{
	static const char *const services[] = {
		"imap", "pop3", "submission", "sieve"
	};
	struct coexist_auth_query *query =
		coexist_auth_query_new(preflight->admin->event);
	const struct gate_finding *finding;
	const char *word;
	unsigned int i;
	int ret;

	for (i = 0; query != NULL && i < N_ELEMENTS(services); i++) {
		ret = coexist_auth_query_gate(query, services[i], &word);
		if (ret < 0)
			break;
		finding = ret == 0 ? &no_gate : finding_of(word);
		coexist_preflight_print(preflight,
			t_strdup_printf("gate of %s", services[i]),
			finding->status, finding->remedy);
	}
	coexist_auth_query_free(query);
}
