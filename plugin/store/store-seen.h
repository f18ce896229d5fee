#ifndef COEXIST_STORE_SEEN_H
#define COEXIST_STORE_SEEN_H

struct coexist_site_config;

/* Whether this node has ever had a store with its marker (policy-store.h): noted
   in Dovecot's state_dir by doveadm, which may write there, and asked by whoever
   finds a store without one. A store that was there once is not a new one, also
   after a restart of the machine, when its folder may not be mounted. */

bool coexist_store_was_seen(void);
/* Returns TRUE if a store without its marker, in which nothing is found, is none.
   Where this node has never seen one, nothing can be missed: unless the site
   wants to be sure, a new installation goes by what it has. */
bool coexist_store_needs_marker(const struct coexist_site_config *config,
				bool was_seen);
/* Who may not write there notes nothing. */
void coexist_store_note_seen(void);

#endif
