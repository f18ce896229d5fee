/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The generation of the store: its number, its word, and how long it is new. */

#include "lib.h"
#include "store-generation.h"

#include <stdio.h>

#define NOW 1800000000
#define NEW COEXIST_STORE_GENERATION_NEW_SECS

static const struct {
	const char *label;
	bool exists;
	time_t set;
	long nsec;
	bool is_new;
} rows[] = {
	{ "no file", FALSE, NOW, 0, FALSE },
	{ "just now", TRUE, NOW, 5, TRUE },
	{ "the last second in which it is new", TRUE, NOW - NEW + 1, 0, TRUE },
	{ "the first in which it is not", TRUE, NOW - NEW, 999999999, FALSE },
	{ "years ago", TRUE, 1, 0, FALSE },
	{ "of a clock that was put back since", TRUE, NOW + 86400, 0, TRUE },
	{ "the beginning of time", TRUE, 0, 1, FALSE },
	{ "before 1970", TRUE, -5, 0, FALSE }
};

static unsigned int failed = 0;

static void expect(bool is_true, const char *label)
{
	if (!is_true) {
		printf("%s\n", label);
		failed++;
	}
}

static void test_rows(void)
{
	struct coexist_store_generation generation;
	uint64_t number;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		i_zero(&generation);
		generation.exists = rows[i].exists;
		generation.set.tv_sec = rows[i].set;
		generation.set.tv_nsec = rows[i].nsec;
		number = coexist_store_generation_number(&generation);
		expect(coexist_store_generation_is_new(number, NOW) ==
		       rows[i].is_new, rows[i].label);
	}
}

static bool has_word(uint64_t number, const char *wanted)
{
	return strcmp(coexist_store_generation_word(number), wanted) == 0;
}

static void test_words(void)
{
	struct coexist_store_generation one = {
		.exists = TRUE, .set = { .tv_sec = NOW, .tv_nsec = 1 }
	}, other = {
		.exists = TRUE, .set = { .tv_sec = NOW, .tv_nsec = 2 }
	};

	expect(coexist_store_generation_number(&one) !=
	       coexist_store_generation_number(&other), "a nanosecond later");
	expect(has_word(0, "00000000"), "the least number");
	expect(has_word(33, "11000000"), "two digits");
	expect(has_word(33, "11000000"), "the same number");
	expect(has_word(UINT64_MAX, "vvvvvvvv"), "the greatest number");
	expect(has_word((UINT64_C(1) << 40) + 33, "11000000"), "18 minutes later");
	expect(has_word(0, "00000000"), "the least number after others");
}

int main(void)
{
	lib_init();
	test_rows();
	test_words();
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
