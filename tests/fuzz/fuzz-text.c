/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text of an administrator becomes one short printable line, or none. */

#include "fuzz.h"

#include "refusal-texts.h"

#include <string.h>

#define MAX_LENGTH 100

static void check_line(const char *line, bool ascii)
{
	g_assert_cmpuint(strlen(line), <=, MAX_LENGTH);
	g_assert_true(g_utf8_validate(line, -1, NULL));
	g_assert_true(!ascii || g_str_is_ascii(line));
	for (const char *p = line; *p != '\0'; p = g_utf8_next_char(p))
		g_assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const languages[] = {
		NULL, "de", "pt-BR", "zh-Hant-TW"
	};
	static const struct coexist_refusal_values values = {
		.protocol = "POP3", .date = "2027-01-01"
	};
	g_autofree char *text = g_strndup((const char *)data, size);

	for (size_t i = 0; i < 2 * G_N_ELEMENTS(languages); i++) {
		const struct coexist_refusal_text_style style = {
			.language = languages[i / 2], .ascii = i % 2 == 1,
			.max_length = MAX_LENGTH
		};
		g_autofree char *line =
			coexist_refusal_text_format(text, &values, &style);

		if (line != NULL)
			check_line(line, style.ascii);
	}
	return 0;
}
