/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contracts in logged-name.h. */

#include "lib.h"
#include "logged-name.h"
#include "str.h"
#include "str-sanitize.h"
#include "unichar.h"

#define NAME_LENGTH 256

/* DEL and the C1 controls (ISO 6429), which terminals obey and str_sanitize_utf8() lets
   pass. text is UTF-8. */
static bool is_late_control(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	return c[0] == 0x7f || (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0);
}

const char *coexist_printable(const char *text, size_t max_chars)
{
	const char *p = str_sanitize_utf8(text, max_chars);
	string_t *printable = t_str_new(128);

	for (; *p != '\0'; p++) {
		if (is_late_control(p)) {
			str_append(printable, UNICODE_REPLACEMENT_CHAR_UTF8);
			p += *p == 0x7f ? 0 : 1;
		} else {
			str_append_c(printable, *p);
		}
	}
	return str_c(printable);
}

const char *coexist_logged_name(const char *name)
{
	char *logged = t_strdup_noconst(coexist_printable(name, NAME_LENGTH));

	for (char *p = logged; (p = strpbrk(p, "<>")) != NULL; p++)
		*p = '?';
	return logged;
}
