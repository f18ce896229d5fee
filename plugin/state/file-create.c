/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in file-create.h. */

#include "lib.h"
#include "file-create.h"
#include "state-file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int coexist_file_create(const char *path, int flags,
			const struct coexist_state_mode *mode)
{
	mode_t old_mask = umask(0);
	int fd = open(path, flags, mode->mode);
	int open_errno = errno;

	umask(old_mask);
	/* whose group it is matters less than that it is written */
	if (fd != -1 && mode->gid != (gid_t)-1 &&
	    fchown(fd, (uid_t)-1, mode->gid) < 0 && errno == EPERM)
		(void)fchmod(fd, mode->mode & 0600);
	errno = open_errno;
	return fd;
}
