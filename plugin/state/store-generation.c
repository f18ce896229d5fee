/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in store-generation.h. */

#include "lib.h"
#include "store-generation.h"

#include <fcntl.h>
#include <sys/stat.h>

void coexist_store_generation_get(const char *path,
				  struct coexist_store_generation *generation_r)
{
	struct stat st;

	i_zero(generation_r);
	if (stat(path, &st) < 0)
		return;
	generation_r->exists = TRUE;
	generation_r->device = st.st_dev;
	generation_r->inode = st.st_ino;
	generation_r->set = st.st_mtim;
	generation_r->changed = st.st_ctim;
}

static bool times_equal(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool
coexist_store_generation_equals(const struct coexist_store_generation *a,
				const struct coexist_store_generation *b)
{
	return a->exists == b->exists && a->device == b->device &&
		a->inode == b->inode && times_equal(&a->set, &b->set) &&
		times_equal(&a->changed, &b->changed);
}

#define NSECS_PER_SEC 1000000000u

uint64_t coexist_store_generation_number(
	const struct coexist_store_generation *generation)
{
	/* nobody's change was before 1970 */
	return !generation->exists || generation->set.tv_sec <= 0 ? 0 :
		(uint64_t)generation->set.tv_sec * NSECS_PER_SEC +
		(uint64_t)generation->set.tv_nsec;
}

bool coexist_store_generation_is_new(uint64_t number, time_t now)
{
	return number != 0 &&
		(time_t)(number / NSECS_PER_SEC) >
		now - COEXIST_STORE_GENERATION_NEW_SECS;
}

#define WORD_BITS (5 * (COEXIST_STORE_GENERATION_WORD_SIZE - 1))

/* In base 32, the last digit first. */
const char *coexist_store_generation_word(uint64_t number)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	static char word[COEXIST_STORE_GENERATION_WORD_SIZE] = "00000000";
	static uint64_t word_number = 0;
	unsigned int i;

	number &= (UINT64_C(1) << WORD_BITS) - 1;
	if (number == word_number)
		return word;
	word_number = number;
	for (i = 0; i < sizeof(word) - 1; i++) {
		word[i] = digits[number & 31];
		number >>= 5;
	}
	return word;
}

int coexist_store_generation_begin(const char *path)
{
	/* The kernel's own time of a change goes in steps of milliseconds, and two
	   changes may come in one. */
	struct timespec times[2];

	if (clock_gettime(CLOCK_REALTIME, &times[0]) < 0)
		return -1;
	times[1] = times[0];
	return utimensat(AT_FDCWD, path, times, 0);
}
