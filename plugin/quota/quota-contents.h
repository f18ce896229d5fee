#ifndef COEXIST_QUOTA_CONTENTS_H
#define COEXIST_QUOTA_CONTENTS_H

#include "notice-variables.h"

struct mailbox;

/* Contents of a mailbox: what fills it. Sizes are in bytes, as the quota counts
   them. */
struct coexist_quota_contents {
	/* the five largest folders and their sizes, on the data stack: in one
	   line, "INBOX 512 MB, Sent 30 MB", and as a table. Names are UTF-8,
	   and cut where they are too long to be read. */
	const char *folders;
	const struct coexist_notice_row *rows;
	unsigned int rows_count;
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
