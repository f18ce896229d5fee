/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text is bounds of an owner's choice or is not, and any choice is in them or is
   not. The input is the number of an openable key, a choice, a NUL, and the bounds. */

#include "fuzz-input.h"

#include "policy-bounds.h"
#include "policy-owner.h"

#include <glib.h>

#define UNTOUCHED UINT64_C(0x5a5a5a5a5a5a5a5a)

static char *next_text(struct fuzz_input *input)
{
	size_t size;
	const uint8_t *text = fuzz_until(input, '\0', &size);

	return g_strndup((const char *)text, size);
}

static void check_bounds(const char *bounds)
{
	const struct coexist_policy_key *info =
		&coexist_policy_keys[COEXIST_KEY_owner_bounds];
	const char *item, *end = bounds + strlen(bounds);
	struct coexist_value value;
	enum coexist_value_status status =
		coexist_value_parse(info, bounds, &value);
	size_t length;

	if (status != COEXIST_VALUE_INHERIT && status != COEXIST_VALUE_YES &&
	    strlen(bounds) <= COEXIST_VALUE_MAX_LENGTH)
		g_assert_true(coexist_bounds_check(bounds) ==
			      (status == COEXIST_VALUE_VALID));
	if (coexist_bounds_find_bad(bounds, &item, &length)) {
		g_assert_false(coexist_bounds_check(bounds));
		g_assert_true(item >= bounds && item + length <= end);
	}
	for (unsigned int key = 0; key < COEXIST_KEY_COUNT; key++) {
		if (coexist_bounds_find(bounds, key, &item, &length))
			g_assert_true(item >= bounds && item + length <= end);
	}
}

/* A choice that counts is a value of its key, and is in the bounds that always hold. */
static void
check_choice(enum coexist_openable openable, const char *bounds,
	     const char *choice)
{
	const struct coexist_openable_key *key =
		&coexist_openable_keys[openable];
	const char *texts[COEXIST_KEY_COUNT] = { NULL };
	struct coexist_scope scope;
	struct coexist_policy policy;
	struct coexist_value value = { .number = UNTOUCHED }, other;
	enum coexist_choice_status status;

	texts[COEXIST_KEY_owner_bounds] = bounds;
	texts[COEXIST_KEY_owner_may_change] = coexist_policy_keys[key->key].name;
	coexist_scope_init_texts(&scope, "scope", texts);
	coexist_policy_merge(&scope, 1, NULL, NULL, &policy);
	g_assert_true(coexist_owner_open(&policy, &scope, 1) ==
		      (coexist_openable_set)1 << openable);
	status = coexist_owner_choice_parse(&policy, openable, choice, &value);
	if (status != COEXIST_CHOICE_VALID) {
		g_assert_true(value.number == UNTOUCHED);
		return;
	}
	g_assert_true(coexist_value_parse(&coexist_policy_keys[key->key], choice,
					  &other) == COEXIST_VALUE_VALID);
	g_assert_true(other.number == value.number);
	g_assert_true(*key->bounds == '\0' ||
		      coexist_bounds_allow(key->key, key->bounds,
					   strlen(key->bounds), choice));
}

static void check_names(const char *text)
{
	coexist_openable_set set = coexist_openable_parse(text);
	struct coexist_value value;

	g_assert_true((set & ~(COEXIST_OPENABLE_ALL | COEXIST_OPENABLE_UNDO)) ==
		      0);
	/* a list that is valid opens the same by both readers */
	if (coexist_value_parse(&coexist_policy_keys[
				COEXIST_KEY_owner_may_change], text,
				&value) == COEXIST_VALUE_VALID)
		g_assert_true(value.number == set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	enum coexist_openable openable =
		fuzz_below(&input, COEXIST_OPENABLE_COUNT);
	g_autofree char *choice = next_text(&input);
	g_autofree char *bounds = next_text(&input);

	check_bounds(bounds);
	check_names(bounds);
	check_choice(openable, bounds, choice);
	return 0;
}
