/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text of an administrator is a notice, or is not; and what a mailbox is called or
   says is no more than text in it. The input is two values, each with a NUL behind it,
   and the text. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "notice-template.h"
#include "unichar.h"

static void check_line(const char *line, size_t max)
{
	const char *p;

	i_assert(strlen(line) <= max);
	i_assert(uni_utf8_str_is_valid(line));
	/* a tab is the administrator's */
	for (p = line; *p != '\0'; p++)
		i_assert(((unsigned char)*p >= ' ' && *p != 0x7f) || *p == '\t');
}

/* Lines of text, each with its end. */
static void check_body(const char *body)
{
	size_t length = strlen(body);

	i_assert(uni_utf8_str_is_valid(body));
	i_assert(length == 0 || body[length - 1] == '\n');
	i_assert(strchr(body, '\r') == NULL);
}

static void
check_text(const char *text, const struct coexist_notice_variables *variables)
{
	struct coexist_notice_words words = { .subject = "untouched" };
	const char *error = NULL;

	if (!coexist_notice_text_parse(text, variables, &words, &error)) {
		i_assert(error != NULL && words.plain == NULL);
		return;
	}
	check_line(words.subject, COEXIST_NOTICE_SUBJECT_MAX_LENGTH);
	if (words.alert != NULL)
		check_line(words.alert, COEXIST_NOTICE_ALERT_MAX_LENGTH);
	check_body(words.plain);
	check_body(words.html);
	/* a value can't begin a tag of its own */
	i_assert(strstr(words.html, "<script") == NULL);
}

static void
check_page(const char *text, const struct coexist_notice_variables *variables)
{
	const char *error = NULL;
	const char *page = coexist_notice_html_parse(text, variables, &error);

	i_assert((page == NULL) == (error != NULL));
	i_assert(page == NULL || uni_utf8_str_is_valid(page));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	fuzz_init();
	T_BEGIN {
		const char *first = fuzz_string(&input);
		const char *second = fuzz_string(&input);
		const struct coexist_notice_row rows[] = {
			{ first, second }, { "INBOX", first }
		};
		const struct coexist_notice_variable list[] = {
			{ .name = "a", .value = first },
			{ .name = "b", .value = second },
			{ .name = "n", .value = "7" },
			{ .name = "one", .value = "1" },
			{ .name = "empty", .value = "" },
			{ .name = "none", .value = NULL },
			{ .name = "t", .value = first, .rows = rows,
			  .rows_count = N_ELEMENTS(rows) },
			{ .name = "m", .value = "<i>m</i>", .is_html = TRUE }
		};
		const struct coexist_notice_variables variables = {
			list, N_ELEMENTS(list)
		};
		const char *text = fuzz_rest(&input);

		check_text(text, &variables);
		check_page(text, &variables);
	} T_END;
	return 0;
}
