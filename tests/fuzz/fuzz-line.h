/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef FUZZ_LINE_H
#define FUZZ_LINE_H

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* A text that is sent to a client: one printable line that is not too long. */
static inline void check_line(const char *line, bool ascii, size_t max_length)
{
	g_assert_cmpuint(strlen(line), <=, max_length);
	g_assert_true(g_utf8_validate(line, -1, NULL));
	g_assert_true(!ascii || g_str_is_ascii(line));
	for (const char *p = line; *p != '\0'; p = g_utf8_next_char(p))
		g_assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
}

#endif
