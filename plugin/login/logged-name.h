/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOGGED_NAME_H
#define COEXIST_LOGGED_NAME_H

/* Returns the text for a line that somebody reads, on the data stack, U+2026 for what is
   beyond so many characters: it is UTF-8, and what else it holds that is no character,
   or that a terminal obeys, is U+FFFD. */
const char *coexist_printable(const char *text, size_t max_chars);

/* Returns the name of a user for user=<name> in a log line, on the data stack:
   it can end neither the brackets nor the line, whatever the client wrote. A
   bracket is a question mark, a control U+FFFD. */
const char *coexist_logged_name(const char *name);

#endif
