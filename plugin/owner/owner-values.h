/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_VALUES_H
#define COEXIST_OWNER_VALUES_H

#include "owner-keys.h"
#include "owner-refusal.h"
#include "mail-error.h"

struct coexist_owner_snapshot;
struct mailbox;

/* What the entries of an owner's choices have, and which values they take. */

/* Returns the entry's value, from the snapshot or on the data stack, or NULL if it has
   none. It is that of the next session: what was chosen since this one began counts.
   *changed_r is when a choice was stored last, 0 for what is none. The key is of no
   matter for entries that are there once. */
const char *
coexist_owner_value_get(struct coexist_owner_snapshot *snapshot,
			enum coexist_owner_entry entry,
			enum coexist_openable openable, time_t *changed_r);

/* Returns TRUE if a value is one of its key, whoever it is open to. NULL is one: no
   choice. */
bool coexist_owner_value_may_sleep(enum coexist_openable openable,
				   const char *text);

/* Judges a value that the owner wants, NULL for none, which was read with this result:
   1 if it was, 0 if it is too long, -1 if it is no text. Returns 0, or -1 with an error
   in the mailbox that says why not, in the owner's language. */
int coexist_owner_value_judge(struct mailbox *box,
			      enum coexist_openable openable, const char *text,
			      int read_result);
/* Sets the error in the mailbox for an entry that is no choice: it is not there, it can
   only be read, or it is in the wrong place. */
void coexist_owner_entry_refuse(struct mailbox *box,
				enum coexist_owner_entry entry,
				enum coexist_openable openable);
/* Sets an error in the mailbox: what the owner reads of something that has this name. */
void coexist_owner_error_set(struct mailbox *box, enum mail_error error,
			     enum coexist_owner_refusal refusal,
			     const char *name, const char *values);
/* Sets the error in the mailbox for choices of these keys that could not be stored. */
void coexist_owner_failure_set(struct mailbox *box, coexist_openable_set keys);

#endif
