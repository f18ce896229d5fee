/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ASCII_LINE_H
#define COEXIST_ASCII_LINE_H

/* Transliteration: makes any text one line of ASCII, on the data stack, in which
   letters of Western European languages have lost their accents. The line is never
   longer than UTF-8 text. Returns FALSE if something became "?", because ASCII has
   nothing like it. */
bool coexist_ascii_line(const char *text, const char **line_r);

#endif
