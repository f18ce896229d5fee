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
	/* after so many days Dovecot expunges what is in the Trash (autoexpunge); 0
	   for never */
	unsigned int trash_days;
	/* of the folder to which pop3_delete = archive moves what POP3 deletes */
	uint64_t archive;
	/* what a client calls it; NULL unless pop3_delete = archive */
	const char *archive_name;
	/* messages in INBOX with the keyword of confirmed downloads, and with that
	   of messages that POP3 has deleted and IMAP shows */
	struct coexist_quota_marked {
		unsigned int count;
		uint64_t size;
	} downloaded, hidden;
	/* after so many days pop3_keep_days removes what POP3 has downloaded; 0
	   for never */
	unsigned int keep_days;
};

/* Looks into the INBOX, which is opened, and into all folders of its namespace.
   What can't be looked into is left out: a notice is of use without. */
void coexist_quota_contents_get(struct mailbox *inbox,
				struct coexist_quota_contents *contents_r);

#endif
