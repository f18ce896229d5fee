/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in handover-length.h. */

#include "lib.h"
#include "handover-length.h"
#include "str.h"
#include "policy-handover.h"
#include "refusal-line.h"
#include "store-generation.h"

/* Returns the length of the longest one: each protocol's session decides by keys
   of its own. */
static size_t
longest_handover(struct coexist_handover *handover, const char **left_out_r)
{
	bool left_out[COEXIST_KEY_COUNT];
	size_t size, longest = 0;
	unsigned int protocol;

	*left_out_r = "";
	for (protocol = 0; protocol <= COEXIST_PROTOCOL_OTHER; protocol++) {
		handover->protocol = protocol;
		size = coexist_handover_write(handover, t_str_new(1024),
					      left_out);
		if (size <= longest)
			continue;
		longest = size;
		*left_out_r = coexist_handover_left_out(left_out);
	}
	return longest;
}

/* Merges the documents into what they name together. They live in the scopes. */
static void
documents_merge(const struct coexist_document *const *documents,
		struct coexist_scope *scopes, struct coexist_policy *policy_r)
{
	unsigned int i;

	for (i = 0; i < COEXIST_LENGTH_SCOPE_COUNT; i++)
		coexist_document_init_scope(documents[i], "", &scopes[i]);
	coexist_policy_merge(scopes, COEXIST_LENGTH_SCOPE_COUNT,
			     NULL /* unknown values */, NULL, policy_r);
}

/* Returns the longest that auth may say of whose documents these are. */
static const char *origins_get(const struct coexist_handover *handover)
{
	string_t *text = t_str_new(128);
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (handover->texts[i] != NULL &&
		    coexist_policy_keys[i].obeyed == COEXIST_OBEYED_MAILDROP)
			coexist_handover_origin_add(text, i, "mailbox");
	}
	return str_len(text) == 0 ? NULL : str_c(text);
}

size_t coexist_handover_length(
	const struct coexist_document *const documents[COEXIST_LENGTH_SCOPE_COUNT],
	const char **left_out_r)
{
	struct coexist_scope scopes[COEXIST_LENGTH_SCOPE_COUNT];
	/* what auth may add, at its longest */
	char generation[COEXIST_STORE_GENERATION_WORD_SIZE];
	struct coexist_handover handover = {
		.gate_decided = FALSE,
		.items[COEXIST_HANDOVER_PARTIAL] = "yes",
		.items[COEXIST_HANDOVER_GENERATION] = generation,
		.items[COEXIST_HANDOVER_UNTIL] = "18446744073709551615",
		.items[COEXIST_HANDOVER_WEBMAIL] = "yes",
		.items[COEXIST_HANDOVER_TLS] = "yes",
		.items[COEXIST_HANDOVER_INSTEAD] = "submission"
	};
	struct coexist_policy policy;
	char delay_text[COEXIST_REFUSAL_TEXT_MAX_LENGTH + 1];
	unsigned int i;

	memset(generation, 'x', sizeof(generation) - 1);
	generation[sizeof(generation) - 1] = '\0';
	documents_merge(documents, scopes, &policy);
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (policy.entries[i].scope != NULL)
			handover.texts[i] = policy.entries[i].text;
	}
	handover.items[COEXIST_HANDOVER_ORIGINS] = origins_get(&handover);
	memset(delay_text, 'x', sizeof(delay_text) - 1);
	delay_text[sizeof(delay_text) - 1] = '\0';
	if (coexist_policy_number(&policy, COEXIST_KEY_owner_may_change) != 0) {
		handover.items[COEXIST_HANDOVER_OWNER] =
			coexist_handover_owner_text(COEXIST_OPENABLE_ALL |
						    COEXIST_OPENABLE_UNDO);
	}
	if (coexist_policy_number(&policy, COEXIST_KEY_pop3_login_delay) != 0)
		handover.items[COEXIST_HANDOVER_DELAY_TEXT] = delay_text;
	return longest_handover(&handover, left_out_r);
}
