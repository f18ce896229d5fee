/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_TIME_TEXT_H
#define COEXIST_TIME_TEXT_H

/* Returns a time in ISO 8601 (RFC 3339), in UTC, such as 2026-01-31T12:00:00Z, on
   the data stack. Empty for 0, which stands for no time wherever this is used,
   and for a year of more than four digits, which nobody could read back. */
const char *coexist_time_text(time_t time);

#endif
