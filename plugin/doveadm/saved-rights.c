/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in saved-rights.h. */

#include "lib.h"
#include "saved-rights.h"

#include <grp.h>
#include <unistd.h>

int coexist_rights_save(struct coexist_saved_rights *rights_r)
{
	int count = getgroups(0, NULL);

	if (count < 0)
		return -1;
	rights_r->euid = geteuid();
	rights_r->gid = getgid();
	rights_r->egid = getegid();
	rights_r->group_count = (unsigned int)count;
	/* an allocation of nothing is a bug to Dovecot */
	rights_r->groups = t_new(gid_t, rights_r->group_count + 1);
	return getgroups(count, rights_r->groups) < 0 ? -1 : 0;
}

int coexist_rights_restore(const struct coexist_saved_rights *rights)
{
	if (rights->euid != 0)
		return 0;
	/* only root may do the others */
	return seteuid(0) == 0 && setregid(rights->gid, rights->egid) == 0 &&
		setgroups(rights->group_count, rights->groups) == 0 ? 0 : -1;
}
