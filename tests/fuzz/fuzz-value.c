/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text is a value of a key or is not. What it means is compared with a second
   reader, of GLib; and a document takes the same texts. The input is the number of the
   key, which counts on with the site settings, and the text. */

#include "fuzz-input.h"

#include "policy-document.h"
#include "policy-number.h"
#include "policy-problem.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>

#define UNTOUCHED UINT64_C(0x5a5a5a5a5a5a5a5a)

/* Reads digits. Returns what is behind them, or NULL. */
static const char *number_read(const char *text, uint64_t limit, uint64_t *number_r)
{
	char *end;

	if (!g_ascii_isdigit(*text))
		return NULL;
	errno = 0;
	*number_r = g_ascii_strtoull(text, &end, 10);
	return errno != 0 || *number_r > limit ? NULL : end;
}

struct unit {
	const char *names;
	uint64_t factor;
};

static const struct unit interval_units[] = {
	{ "|s|sec|secs|second|seconds|", 1 },
	{ "|m|min|mins|minute|minutes|", 60 },
	{ "|h|hour|hours|", 60 * 60 },
	{ "|d|day|days|", 24 * 60 * 60 },
	{ "|w|week|weeks|", 7 * 24 * 60 * 60 },
	{ NULL, 0 }
};

static const struct unit size_units[] = {
	{ "|b|", 1 },
	{ "|k|kb|kib|", UINT64_C(1) << 10 },
	{ "|m|mb|mib|", UINT64_C(1) << 20 },
	{ "|g|gb|gib|", UINT64_C(1) << 30 },
	{ "|t|tb|tib|", UINT64_C(1) << 40 },
	{ NULL, 0 }
};

static const struct unit percent_units[] = {
	{ "|%|", 1 },
	{ NULL, 0 }
};

static uint64_t unit_find(const struct unit *units, const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);
	g_autofree char *word = g_strdup_printf("|%s|", lower);

	if (*name == '\0')
		return 1;
	if (strchr(name, '|') != NULL)
		return 0;
	for (; units->names != NULL; units++) {
		if (strstr(units->names, word) != NULL)
			return units->factor;
	}
	return 0;
}

static bool
with_unit_read(const char *text, const struct unit *units, uint64_t limit,
	       uint64_t *number_r)
{
	const char *rest = number_read(text, limit, number_r);
	uint64_t factor;

	if (rest == NULL)
		return false;
	while (*rest == ' ')
		rest++;
	factor = unit_find(units, rest);
	if (factor == 0 || *number_r > limit / factor)
		return false;
	*number_r *= factor;
	return true;
}

static bool date_read(const char *text, uint64_t *days_r)
{
	unsigned int year, month, day;
	g_autoptr(GDate) date = NULL, first = g_date_new_dmy(1, 1, 1970);

	if (!g_regex_match_simple("^[0-9]{4}-[0-9]{2}-[0-9]{2}\\z", text,
				  G_REGEX_RAW, 0) ||
	    sscanf(text, "%u-%u-%u", &year, &month, &day) != 3 ||
	    !g_date_valid_dmy((GDateDay)MIN(day, 99), (GDateMonth)MIN(month, 13),
			      (GDateYear)year) || year < 1970)
		return false;
	date = g_date_new_dmy((GDateDay)day, (GDateMonth)month,
			      (GDateYear)year);
	*days_r = (uint64_t)g_date_days_between(first, date);
	return true;
}

/* The same numbers by both readers, whatever the text is. */
static void check_numbers(const char *text)
{
	const size_t length = strlen(text);
	uint64_t number = UNTOUCHED, other;

#define CHECK(is_one, is_other) \
	G_STMT_START { \
		bool one = (is_one); \
		number = one ? number : UNTOUCHED; \
		g_assert_true(one == (is_other)); \
		g_assert_true(!one || number == other); \
	} G_STMT_END

	CHECK(coexist_number_parse(text, length, UINT32_MAX, &number),
	      ({ const char *rest = number_read(text, UINT32_MAX, &other);
	         rest != NULL && *rest == '\0'; }));
	CHECK(coexist_interval_parse(text, length, &number),
	      with_unit_read(text, interval_units, UINT32_MAX, &other));
	CHECK(coexist_size_parse(text, length, &number),
	      with_unit_read(text, size_units, INT64_MAX, &other) && other > 0);
	CHECK(coexist_percent_parse(text, length, &number),
	      with_unit_read(text, percent_units, 100, &other) && other > 0);
	CHECK(coexist_date_parse(text, length, &number),
	      date_read(text, &other));
#undef CHECK
}

/* A parser that fails leaves the number alone. */
static enum coexist_value_status
value_parse(const struct coexist_policy_key *key, const char *text,
	    uint64_t *number_r)
{
	struct coexist_value value = { .number = UNTOUCHED };
	enum coexist_value_status status = coexist_value_parse(key, text, &value);

	g_assert_true(status == COEXIST_VALUE_VALID ||
		      value.number == UNTOUCHED);
	*number_r = value.number;
	return status;
}

/* Neither blanks around a value matter nor, in words and units, letter case. */
static void
check_spelling(const struct coexist_policy_key *key, const char *text,
	       enum coexist_value_status status, uint64_t number)
{
	g_autofree char *padded = g_strconcat(" \t", text, "\t ", NULL);
	g_autofree char *upper = g_ascii_strup(text, -1);
	uint64_t again;

	if (strlen(padded) > COEXIST_VALUE_MAX_LENGTH)
		return;
	g_assert_true(value_parse(key, padded, &again) == status &&
		      again == number);
	switch (key->type) {
	case COEXIST_TYPE_KEYS:
	case COEXIST_TYPE_BOUNDS:
		/* names of keys are as they are written */
		return;
	default:
		break;
	}
	/* that of Dovecot, for which the column was empty, is in small letters */
	if (status == COEXIST_VALUE_YES)
		return;
	g_assert_true((value_parse(key, upper, &again) ==
		       COEXIST_VALUE_VALID) == (status == COEXIST_VALUE_VALID));
	g_assert_true(again == number);
}

static bool has_items(const struct coexist_policy_key *key)
{
	switch (key->type) {
	case COEXIST_TYPE_CHOICES:
	case COEXIST_TYPE_NETWORKS:
	case COEXIST_TYPE_PERCENTS:
	case COEXIST_TYPE_SIZES:
	case COEXIST_TYPE_INTERVALS:
	case COEXIST_TYPE_MAILBOXES:
	case COEXIST_TYPE_PATHS:
		return true;
	default:
		return false;
	}
}

/* A list is wrong where one of its items is. */
static void
check_items(const struct coexist_policy_key *key, const char *text,
	    enum coexist_value_status status)
{
	const char *item;
	size_t length;
	bool bad = coexist_value_find_bad_item(key, text, &item, &length);

	g_assert_true(!bad || (item >= text &&
			       item + length <= text + strlen(text)));
	if (!has_items(key) || strchr(text, '"') != NULL ||
	    strlen(text) > COEXIST_VALUE_MAX_LENGTH)
		return;
	if (status == COEXIST_VALUE_VALID)
		g_assert_false(bad);
	else if (status == COEXIST_VALUE_UNKNOWN)
		g_assert_true(bad);
}

static void check_words(const struct coexist_policy_key *key, const char *text)
{
	g_autofree char *problem = coexist_problem_of_value(key, text);
	g_autofree char *of_name = coexist_problem_of_name(text);
	g_autofree char *of_meaning = coexist_problem_of_meaning(key, text);

	g_assert_nonnull(problem);
	g_assert_nonnull(of_name);
	g_assert_true(of_meaning == NULL || *of_meaning != '\0');
}

/* A document takes the texts that are values, and says them again. */
static void
check_document(enum coexist_key key, const char *text)
{
	/* as a document keeps it */
	g_autofree char *value = g_strstrip(g_strdup(text));
	const struct coexist_policy_key *info = &coexist_policy_keys[key];
	g_autoptr(coexist_document) document = coexist_document_new();
	g_autoptr(coexist_document) again = NULL;
	g_autofree char *stored = NULL;
	uint64_t number, read;
	enum coexist_value_status status = value_parse(info, value, &number);
	bool taken = coexist_document_set(document, info->name, text, NULL);

	g_assert_true(taken == (status == COEXIST_VALUE_VALID &&
				g_utf8_validate(value, -1, NULL)));
	if (!taken)
		return;
	stored = coexist_document_to_text(document);
	again = coexist_document_parse("again", stored, strlen(stored), NULL);
	g_assert_nonnull(again);
	g_assert_cmpstr(coexist_document_get(again, key), ==,
			coexist_document_get(document, key));
	g_assert_true(value_parse(info, coexist_document_get(again, key),
				  &read) == COEXIST_VALUE_VALID &&
		      read == number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	unsigned int number = fuzz_below(&input, COEXIST_KEY_COUNT +
					 COEXIST_SITE_COUNT);
	const struct coexist_policy_key *key = number < COEXIST_KEY_COUNT ?
		&coexist_policy_keys[number] :
		&coexist_site_settings[number - COEXIST_KEY_COUNT];
	g_autofree char *text =
		g_strndup((const char *)input.data, input.size);
	enum coexist_value_status status;
	uint64_t value;

	check_numbers(text);
	status = value_parse(key, text, &value);
	check_spelling(key, text, status, value);
	check_items(key, text, status);
	check_words(key, text);
	if (number < COEXIST_KEY_COUNT)
		check_document(number, text);
	return 0;
}
