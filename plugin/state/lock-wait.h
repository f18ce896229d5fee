/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOCK_WAIT_H
#define COEXIST_LOCK_WAIT_H

/* Takes the exclusive fcntl() lock of a whole file, and waits that many milliseconds
   for whoever has it. Returns 0, or -1 with errno, which is EAGAIN if somebody else
   has it still. The lock ends with the process, and as soon as the process closes any
   descriptor of the file. */
int coexist_lock_wait(int fd, unsigned int max_msecs);

#endif
