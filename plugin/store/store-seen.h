/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STORE_SEEN_H
#define COEXIST_STORE_SEEN_H

struct coexist_site_config;

/* The node's memory of its store: a file in Dovecot's state_dir notes that there
   was one with its marker (policy-store.h). doveadm makes the file, because it may
   write there; the gate asks for it when a store has no marker. A store that was
   there once is not a new one, also after a restart of the machine, when its
   folder may not be mounted. */

bool coexist_store_was_seen(void);
/* Returns TRUE if a store without its marker, in which nothing is found, is none.
   Where this node has never seen one, nothing can be missed: unless the site
   wants to be sure, a new installation goes by what it has. */
bool coexist_store_needs_marker(const struct coexist_site_config *config,
				bool was_seen);
/* Notes nothing where this process may not write. */
void coexist_store_note_seen(void);

#endif
