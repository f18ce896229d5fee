#ifndef COEXIST_ADMIN_MARKER_H
#define COEXIST_ADMIN_MARKER_H

struct coexist_admin;

/* The store's marker (policy-store.h), which has to be there before something
   is changed: the gate would not go by what is changed without it. */

/* Makes the marker if there is none, unless this node has seen one: then it is
   not a new store that has none, but one that is not mounted or was emptied, and
   what is stored there now would hide that. A file in Dovecot's state_dir
   remembers it. Returns 0, or -1 after an error was logged and the exit code
   set. */
int coexist_admin_marker_need(const struct coexist_admin *admin);
/* For who finds nothing, and has nothing to store: returns 0 if that may be so,
   or -1, as above, if this node has seen a marker and it is gone. */
int coexist_admin_marker_check(const struct coexist_admin *admin);
/* Makes it in any case. */
int coexist_admin_marker_make(const struct coexist_admin *admin);

#endif
