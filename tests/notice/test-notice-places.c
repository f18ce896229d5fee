/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of notices that the mailbox's state has. */

#include "lib.h"
#include "array.h"
#include "notice-places.h"

#include <stdio.h>

/* A NULL result is a text that is no list of ours. */
static const struct parse_row {
	const char *label, *text, *result;
} parse_rows[] = {
	{ "no text", NULL, NULL },
	{ "an empty one", "", NULL },
	{ "a UID", "1772439000:17", "1772439000:17" },
	{ "several", "5:17,21:23", "5:17,21:23" },
	{ "no UID", "5:", NULL },
	{ "no UIDVALIDITY", ":17", NULL },
	{ "no colon", "5", NULL },
	{ "a UIDVALIDITY too large", "4294967296:1", NULL },
	{ "the largest", "4294967295:17", "4294967295:17" },
	{ "something behind", "5:17 ", NULL },
	{ "as many as there may be", "5:1:64", "5:1:64" },
	{ "one more", "5:1:65", NULL },
	{ "a billion", "5:1:1000000000", NULL },
};

/* What the list becomes when 5:7 is added. */
static const struct add_row {
	const char *label, *text, *result;
} add_rows[] = {
	{ "to no list", NULL, "5:7" },
	{ "to what is no list", "5:x", "5:7" },
	{ "to a list", "5:3", "5:3,7" },
	{ "behind the last one", "5:6", "5:6,7" },
	{ "to another mailbox", "6:3", "5:7" },
	{ "to the last place", "5:101:163", "5:101:163,7" },
	{ "to a full list", "5:101:164", "5:7" },
};

static bool parse_holds(const struct parse_row *row)
{
	struct coexist_notice_places places;
	bool valid = coexist_notice_places_parse(row->text, &places);

	if (row->result == NULL)
		return !valid && array_is_empty(&places.uids);
	return valid && strcmp(coexist_notice_places_format(&places),
			       row->result) == 0;
}

static bool add_holds(const struct add_row *row)
{
	struct coexist_notice_places places;

	coexist_notice_places_init(&places, 5, 7);
	return strcmp(coexist_notice_places_add(row->text, &places),
		      row->result) == 0;
}

static unsigned int check(const char *label, bool holds)
{
	if (!holds)
		printf("%s\n", label);
	return holds ? 0 : 1;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(parse_rows); i++) {
		failed += check(parse_rows[i].label,
				parse_holds(&parse_rows[i]));
	}
	for (i = 0; i < N_ELEMENTS(add_rows); i++)
		failed += check(add_rows[i].label, add_holds(&add_rows[i]));
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
