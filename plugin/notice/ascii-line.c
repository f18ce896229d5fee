/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in ascii-line.h. */

#include "lib.h"
#include "ascii-line.h"
#include "str.h"
#include "unichar.h"

/* From U+00C0 to U+00FF. */
static const char latin[] =
	"AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

_Static_assert(sizeof(latin) - 1 == 0x100 - 0xC0,
	       "latin has one letter for each character");

static const struct {
	unichar_t chr;
	char ascii[4];
} others[] = {
	{ 0x00A0, " " }, { 0x00A1, "" }, { 0x00AA, "a" }, { 0x00AB, "\"" },
	{ 0x00B0, "o" }, { 0x00B7, "." }, { 0x00BA, "o" }, { 0x00BB, "\"" },
	{ 0x00BF, "" }, { 0x00C6, "AE" }, { 0x00DF, "ss" }, { 0x00E6, "ae" },
	{ 0x0152, "OE" }, { 0x0153, "oe" }, { 0x2009, " " }, { 0x2013, "-" },
	{ 0x2014, "-" }, { 0x2018, "'" }, { 0x2019, "'" }, { 0x201C, "\"" },
	{ 0x201D, "\"" }, { 0x201E, "\"" }, { 0x2026, "..." },
	{ 0x202F, " " }, { 0x20AC, "EUR" }
};

/* Returns NULL if there is nothing like it. */
static const char *ascii_of(unichar_t chr)
{
	unsigned int i;

	if (chr < ' ' || chr == 0x7F)
		return " ";
	for (i = 0; i < N_ELEMENTS(others); i++) {
		if (others[i].chr == chr)
			return others[i].ascii;
	}
	if (chr < 0x7F)
		return t_strdup_printf("%c", (char)chr);
	return chr < 0xC0 || chr > 0xFF ? NULL :
		t_strndup(&latin[chr - 0xC0], 1);
}

bool coexist_ascii_line(const char *text, const char **line_r)
{
	string_t *line = t_str_new(256);
	const char *ascii;
	bool complete = TRUE;
	unichar_t chr;
	int size;

	while (*text != '\0') {
		size = uni_utf8_get_char(text, &chr);
		ascii = size <= 0 ? NULL : ascii_of(chr);
		if (ascii == NULL)
			complete = FALSE;
		str_append(line, ascii == NULL ? "?" : ascii);
		text += size <= 0 ? 1 : size;
	}
	*line_r = str_c(line);
	return complete;
}
