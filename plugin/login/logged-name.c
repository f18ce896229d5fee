/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in logged-name.h. */

#include "lib.h"
#include "logged-name.h"
#include "str-sanitize.h"

#define NAME_LENGTH 256

const char *coexist_logged_name(const char *name)
{
	char *logged = t_strdup_noconst(str_sanitize_utf8(name, NAME_LENGTH));
	char *p;

	for (p = logged; *p != '\0'; p++) {
		if (*p == '<' || *p == '>')
			*p = '?';
	}
	return logged;
}
