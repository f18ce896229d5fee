/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_PLAIN_H
#define COEXIST_NOTICE_PLAIN_H

struct coexist_notice_reader;

/* Plain text of a notice: its body with paragraphs and columns, for mail programs
   and people without HTML. Returns lines that end with LF, on the data stack;
   what is wrong with the body is in the reader. */
const char *coexist_notice_plain_write(struct coexist_notice_reader *reader,
				       const char *body);

#endif
