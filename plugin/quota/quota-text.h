/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_TEXT_H
#define COEXIST_QUOTA_TEXT_H

struct coexist_notice;
struct coexist_quota_contents;
struct coexist_quota_notice;

/* The text of a quota notice: which of the texts it is, and the variables that
   the text can name. Returns it on the data stack. The contents are NULL if nobody
   has looked into them: then what they would tell is said as unknown. */
const struct coexist_notice *
coexist_quota_text_make(const struct coexist_quota_notice *notice,
			const struct coexist_quota_contents *contents);

#endif
