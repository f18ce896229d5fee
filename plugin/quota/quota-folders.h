#ifndef COEXIST_QUOTA_FOLDERS_H
#define COEXIST_QUOTA_FOLDERS_H

#include "array-decl.h"

struct coexist_quota_contents;

/* The largest folders of a mailbox, as a notice lists them. */

struct coexist_quota_folder {
	/* what a client called it */
	const char *name;
	uint64_t size;
};
ARRAY_DEFINE_TYPE(coexist_quota_folder, struct coexist_quota_folder);

/* Sorts the folders by their size, and says the five largest ones, without those
   that are empty, in the contents' line and table. */
void coexist_quota_folders_describe(ARRAY_TYPE(coexist_quota_folder) *folders,
				    struct coexist_quota_contents *contents);

#endif
