/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_HTML_H
#define COEXIST_NOTICE_HTML_H

struct coexist_notice_reader;

/* HTML of a notice: the markup that its body stands for, without the page around
   it, which is notice.html or the site's own. The tags have their styles with
   them, as mail programs want it. Returns it on the data stack; what is wrong
   with the body is in the reader. */
const char *coexist_notice_html_write(struct coexist_notice_reader *reader,
				      const char *body);

#endif
