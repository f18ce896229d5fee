/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOGGED_VALUE_H
#define COEXIST_LOGGED_VALUE_H

#include "str-sanitize.h"

/* Returns a value of the policy for a log line, on the data stack: without
   control characters, and cut where it is long enough to be recognised. */
static inline const char *coexist_logged_value(const char *text)
{
	return str_sanitize(text, 80);
}

#endif
