/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in change-counts.h. */

#include "lib.h"
#include "change-counts.h"
#include "str.h"
#include "str-sanitize.h"

/* A mailbox's name in the log. */
#define NAME_LENGTH 100

const char *const coexist_change_names[COEXIST_CHANGE_COUNT] = {
	[COEXIST_CHANGE_READ] = "read",
	[COEXIST_CHANGE_HIDDEN] = "hidden",
	[COEXIST_CHANGE_MOVED] = "moved",
	[COEXIST_CHANGE_EXPUNGED] = "expunged",
	[COEXIST_CHANGE_UNREAD] = "unread",
	[COEXIST_CHANGE_SHOWN] = "shown",
	[COEXIST_CHANGE_RETURNED] = "returned"
};

_Static_assert(COEXIST_CHANGE_COUNT == COEXIST_CHANGE_RETURNED + 1,
	       "a new change needs a name in the journal");

/* In words, where they differ from the names. */
static const char *const change_words[COEXIST_CHANGE_COUNT] = {
	[COEXIST_CHANGE_UNREAD] = "unread again",
	[COEXIST_CHANGE_SHOWN] = "shown again",
	[COEXIST_CHANGE_RETURNED] = "moved back"
};

static void target_add(struct coexist_change_counts *counts, const char *name,
		       uint64_t messages)
{
	unsigned int i;

	for (i = 0; i < COEXIST_CHANGE_TARGETS; i++) {
		if (counts->targets[i].name == NULL)
			counts->targets[i].name = i_strdup(name);
		if (strcmp(counts->targets[i].name, name) == 0) {
			counts->targets[i].messages += messages;
			return;
		}
	}
}

void coexist_change_counts_add(struct coexist_change_counts *counts,
			       enum coexist_change change, uint64_t messages,
			       const char *target)
{
	counts->messages[change] += messages;
	if (target != NULL && messages > 0)
		target_add(counts, target, messages);
}

void coexist_change_counts_free(struct coexist_change_counts *counts)
{
	unsigned int i;

	for (i = 0; i < COEXIST_CHANGE_TARGETS; i++)
		i_free(counts->targets[i].name);
	i_zero(counts);
}

uint64_t coexist_change_counts_total(const struct coexist_change_counts *counts)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < COEXIST_CHANGE_COUNT; i++)
		total += counts->messages[i];
	return total;
}

static void
text_add(string_t *text, uint64_t messages, const char *what, const char *where)
{
	if (messages == 0)
		return;
	if (str_len(text) > 0)
		str_append(text, ", ");
	str_printfa(text, "%"PRIu64" %s", messages, what);
	if (where != NULL) {
		str_append(text, " to ");
		str_sanitize_append_utf8(text, where, NAME_LENGTH);
	}
}

static void
text_add_moved(string_t *text, const struct coexist_change_counts *counts)
{
	uint64_t elsewhere = counts->messages[COEXIST_CHANGE_MOVED];
	unsigned int i;

	for (i = 0; i < COEXIST_CHANGE_TARGETS; i++) {
		text_add(text, counts->targets[i].messages, "moved",
			 counts->targets[i].name);
		elsewhere -= I_MIN(elsewhere, counts->targets[i].messages);
	}
	text_add(text, elsewhere, "moved elsewhere", NULL);
}

const char *
coexist_change_counts_text(const struct coexist_change_counts *counts)
{
	string_t *text = t_str_new(128);
	unsigned int i;

	for (i = 0; i < COEXIST_CHANGE_COUNT; i++) {
		if (i == COEXIST_CHANGE_MOVED) {
			text_add_moved(text, counts);
			continue;
		}
		text_add(text, counts->messages[i], change_words[i] != NULL ?
			 change_words[i] : coexist_change_names[i], NULL);
	}
	return str_c(text);
}
