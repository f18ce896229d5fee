/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COPY_MEMORY_H
#define COEXIST_COPY_MEMORY_H

#include "array.h"
#include "seq-range-array.h"

/* The memory of which messages outside INBOX have a unique ID (RFC 1939, section 7) of
   their own, and not their GUID: copies of a message have one GUID, so only one of them
   can have it for an ID. A message keeps the ID that programs have been told, whatever
   becomes of its copies: else the one that is left would be downloaded again when the
   other is expunged, or never when a new one takes its ID.

   This is the pure part: no file, no mailbox. Mailboxes are known by their GUIDs, so they
   may be renamed. */

struct coexist_copy_folder {
	/* in hexadecimal digits */
	const char *guid;
	uint32_t uidvalidity;
	/* messages with UIDs up to this one have been given their IDs */
	uint32_t known_uid;
	/* those of them whose ID is not the GUID */
	ARRAY_TYPE(seq_range) uids;
};
ARRAY_DEFINE_TYPE(coexist_copy_folder, struct coexist_copy_folder);

/* Of the line that is written. */
#define COEXIST_COPY_MEMORY_NAME "copies"

/* Reads what is written to the data stack. Returns FALSE, and what could be read, if it is
   not as we write it. */
bool coexist_copy_memory_parse(const char *text,
			       ARRAY_TYPE(coexist_copy_folder) *folders);
const char *
coexist_copy_memory_format(const ARRAY_TYPE(coexist_copy_folder) *folders);
/* Returns the mailbox, or NULL if nothing is remembered of it. */
const struct coexist_copy_folder *
coexist_copy_memory_find(const ARRAY_TYPE(coexist_copy_folder) *folders,
			 const char *guid, uint32_t uidvalidity);
/* Merges what a session has found into the memory. Returns TRUE if that changes it. Of a
   mailbox that the session did not have, no program remembers an ID: its messages leave
   the GUIDs to others. */
bool coexist_copy_memory_merge(ARRAY_TYPE(coexist_copy_folder) *folders,
			       const ARRAY_TYPE(coexist_copy_folder) *found);
/* Forgets the mailboxes of these GUIDs. Returns TRUE if there are any. */
bool coexist_copy_memory_remove(ARRAY_TYPE(coexist_copy_folder) *folders,
				const ARRAY_TYPE(const_string) *guids);

#endif
