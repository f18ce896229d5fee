/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_CONTENTS_H
#define COEXIST_QUOTA_CONTENTS_H

#include "quota-folders.h"

struct mailbox;

/* Contents of a mailbox: what fills it. Sizes are in bytes, as the quota counts
   them. */
struct coexist_quota_contents {
	struct coexist_quota_largest largest;
	/* of the folders with the special uses \Trash and \Junk */
	uint64_t trash, junk;
	/* messages in INBOX with the keyword of confirmed downloads */
	unsigned int downloaded;
	uint64_t downloaded_size;
};

/* Looks into the INBOX, which is opened, and into all folders of its namespace.
   What can't be looked into is left out: a notice is of use without. */
void coexist_quota_contents_get(struct mailbox *inbox,
				struct coexist_quota_contents *contents_r);

#endif
