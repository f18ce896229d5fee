/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text of an administrator becomes one short printable line, or none. */

#include "fuzz.h"
#include "fuzz-line.h"

#include "refusal-texts.h"

#include <string.h>

#define MAX_LENGTH 100

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
			check_line(line, style.ascii, MAX_LENGTH);
	}
	return 0;
}
