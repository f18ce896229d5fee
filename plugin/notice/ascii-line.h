#ifndef COEXIST_ASCII_LINE_H
#define COEXIST_ASCII_LINE_H

/* Makes of any text one line of ASCII, on the data stack, in which letters of
   Western European languages have lost their accents. Returns FALSE if something
   was said as "?", because ASCII has nothing like it. */
bool coexist_ascii_line(const char *text, const char **line_r);

#endif
