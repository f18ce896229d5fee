/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STORE_GENERATION_H
#define COEXIST_STORE_GENERATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* The generation of the store, as far as this host has changed it: doveadm begins
   another one after each change, before the command ends, and after nothing else. What
   auth has read in an earlier one may be old (cache invalidation). Another host's
   changes are not noticed by this.

   It is the time of a file in Dovecot's base_dir: to ask for it takes a single
   system call. */

/* The lock under which the store is changed, too: see coexist_store_lock(). */
#define COEXIST_STORE_GENERATION_FILE "coexist-policy.lock"

/* A generation, or that there is no file yet. */
struct coexist_store_generation {
	bool exists;
	dev_t device;
	ino_t inode;
	struct timespec set, changed;
};

/* Gets the generation by the path of its file. What can't be asked for does not
   exist. */
void coexist_store_generation_get(const char *path,
				  struct coexist_store_generation *generation_r);
bool
coexist_store_generation_equals(const struct coexist_store_generation *a,
				const struct coexist_store_generation *b);

/* So long a generation is new. So long ago at most auth has decided about a session
   that begins, as Dovecot gives a login three minutes, the look-up of its user less
   than that, and a script behind it one (MASTER_LOGIN_TIMEOUT_SECS and
   MASTER_AUTH_SERVER_TIMEOUT_SECS of lib-master/master-interface.h,
   MASTER_POSTLOGIN_TIMEOUT_DEFAULT of lib-master/master-login.h). So a session has
   missed no change if the generation that it finds is not new, and needs not be told
   of one that was not new when auth decided. */
#define COEXIST_STORE_GENERATION_NEW_SECS (10 * 60)

/* Returns the number of a generation, which another one has not, as doveadm sets the
   time to the nanosecond. 0 if there is no file. */
uint64_t coexist_store_generation_number(
	const struct coexist_store_generation *generation);
/* Returns TRUE if the generation of that number is new now, or by the clock is still
   to come. 0 is never new. */
bool coexist_store_generation_is_new(uint64_t number, time_t now);

/* Returns a word of letters and digits for a generation that is new, in memory of its own
   until the next call. It has the last 40 bits of the number in 8 digits, which say
   the same again after 18 minutes, when it is not new any more. Most calls are about
   the same number. */
#define COEXIST_STORE_GENERATION_WORD_SIZE 9
const char *coexist_store_generation_word(uint64_t number);

/* Begins the next generation. Returns 0, or -1 with errno set. */
int coexist_store_generation_begin(const char *path);

#endif
