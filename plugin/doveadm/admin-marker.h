/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_MARKER_H
#define COEXIST_ADMIN_MARKER_H

struct coexist_admin;

/* The store's marker (policy-store.h), without which the gate goes by no change:
   each change makes sure of the marker first. */

/* Makes the marker if there is none, unless this node has seen one, which a file
   in Dovecot's state_dir remembers. A store that has lost its marker is not
   mounted or was emptied, and a change would hide that. Returns 0, or -1 after an
   error was logged and the exit code set. */
int coexist_admin_marker_need(const struct coexist_admin *admin);
/* Checks the marker for a command that found nothing and stores nothing. Returns
   0, or -1, as above, if this node has seen a marker that is gone. */
int coexist_admin_marker_check(const struct coexist_admin *admin);
/* Makes it in any case. */
int coexist_admin_marker_make(const struct coexist_admin *admin);

#endif
