/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in lock-wait.h. */

#include "lib.h"
#include "lock-wait.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MSECS 5

int coexist_lock_wait(int fd, unsigned int max_msecs)
{
	const struct timespec pause = {
		.tv_nsec = RETRY_MSECS * 1000 * 1000
	};
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	unsigned int msecs;

	for (msecs = 0;; msecs += RETRY_MSECS) {
		if (fcntl(fd, F_SETLK, &lock) == 0)
			return 0;
		if (errno != EACCES && errno != EAGAIN && errno != EINTR)
			return -1;
		if (msecs >= max_msecs)
			break;
		(void)nanosleep(&pause, NULL);
	}
	errno = EAGAIN;
	return -1;
}
