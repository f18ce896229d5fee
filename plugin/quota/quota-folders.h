/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_FOLDERS_H
#define COEXIST_QUOTA_FOLDERS_H

#include "array-decl.h"
#include "notice-variables.h"

/* The largest folders of a mailbox, as a notice lists them. */

struct coexist_quota_folder {
	/* what a client called it */
	const char *name;
	uint64_t size;
};
ARRAY_DEFINE_TYPE(coexist_quota_folder, struct coexist_quota_folder);

/* The five largest ones and their sizes, on the data stack: in one line, "INBOX 512
   MB, Sent 30 MB", and as a table. Names are UTF-8, and cut where they are too long
   to be read. */
struct coexist_quota_largest {
	const char *line;
	const struct coexist_notice_row *rows;
	unsigned int rows_count;
};

/* Sorts the folders by their size and lists the largest, without those that are
   empty. */
void coexist_quota_folders_list(ARRAY_TYPE(coexist_quota_folder) *folders,
				struct coexist_quota_largest *largest_r);

#endif
