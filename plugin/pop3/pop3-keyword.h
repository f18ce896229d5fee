/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_KEYWORD_H
#define COEXIST_POP3_KEYWORD_H

#include "mail-storage-private.h"
#include "keywords.h"

/* Lets the open mailbox have a keyword of ours, however short the site's
   mail_max_keyword_length is: the limit is for keywords that the index does not
   know. */
static inline void
pop3_keyword_allow(struct mailbox *box, const char *keyword)
{
	unsigned int idx;

	mail_index_keyword_lookup_or_create(box->index, keyword, &idx);
}

#endif
