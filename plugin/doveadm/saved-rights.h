/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SAVED_RIGHTS_H
#define COEXIST_SAVED_RIGHTS_H

#include <sys/types.h>

/* The rights of doveadm, to be root again after it was another user for a while. A
   doveadm that is not root stays what it is. */

struct coexist_saved_rights {
	uid_t euid;
	gid_t gid, egid;
	/* on the data stack */
	gid_t *groups;
	unsigned int group_count;
};

/* Returns 0, or -1 with errno set. */
int coexist_rights_save(struct coexist_saved_rights *rights_r);
/* Gives the rights back, whichever of them were changed. Returns 0, or -1 with errno
   set: then this process is still somebody else, in part at least. */
int coexist_rights_restore(const struct coexist_saved_rights *rights);

#endif
