/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_FUZZ_INPUT_H
#define COEXIST_FUZZ_INPUT_H

#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

/* An input that is taken apart from its beginning. At its end there are zeros. */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

static inline uint8_t fuzz_byte(struct fuzz_input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static inline bool fuzz_bool(struct fuzz_input *input)
{
	return (fuzz_byte(input) & 1) != 0;
}

/* Returns a number below the limit, which is not 0. */
static inline unsigned int
fuzz_below(struct fuzz_input *input, unsigned int limit)
{
	return fuzz_byte(input) % limit;
}

static inline uint32_t fuzz_uint32(struct fuzz_input *input)
{
	uint32_t number = 0;
	unsigned int i;

	for (i = 0; i < sizeof(number); i++)
		number = number << 8 | fuzz_byte(input);
	return number;
}

static inline uint64_t fuzz_uint64(struct fuzz_input *input)
{
	uint64_t high = fuzz_uint32(input);

	return high << 32 | fuzz_uint32(input);
}

/* Takes what is before the next such byte, and the byte. */
static inline const uint8_t *
fuzz_until(struct fuzz_input *input, uint8_t end, size_t *size_r)
{
	const uint8_t *begin = input->data;
	const uint8_t *found = input->size == 0 ? NULL :
		memchr(begin, end, input->size);

	*size_r = found == NULL ? input->size : (size_t)(found - begin);
	input->data += *size_r;
	input->size -= *size_r;
	(void)fuzz_byte(input);
	return begin;
}

#endif
