/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dovecot's data stack (lib/data-stack.h) for fuzzers, in the place of the one in
   libdovecot: each allocation is one of its own, so AddressSanitizer sees what reads
   or writes beyond it, or after its frame has ended. */

#include "lib.h"

#include <stdarg.h>
#include <stdlib.h>

/* Of frames and allocations together. */
#define STACK_MAX (16 * 1024 * 1024)

static void **stack = NULL;
static unsigned int stack_used = 0, stack_size = 0;
/* Where each frame begins. */
static unsigned int *frames = NULL;
static unsigned int frames_used = 0, frames_size = 0;
/* What t_buffer_get() gave, and is not permanent yet. */
static void *buffer = NULL;
static size_t buffer_size = 0;

unsigned int data_stack_frame_id = 1;

static void *memory_get(void *old, size_t size)
{
	void *memory = realloc(old, size);

	if (memory == NULL)
		abort();
	return memory;
}

static void stack_push(void *memory)
{
	if (stack_used == stack_size) {
		stack_size = stack_size == 0 ? 1024 : stack_size * 2;
		if (stack_size > STACK_MAX)
			abort();
		stack = memory_get(stack, stack_size * sizeof(*stack));
	}
	stack[stack_used++] = memory;
}

static unsigned int frame_begin(void)
{
	return frames_used == 0 ? 0 : frames[frames_used - 1];
}

data_stack_frame_t t_push(const char *marker ATTR_UNUSED)
{
	if (frames_used == frames_size) {
		frames_size = frames_size == 0 ? 64 : frames_size * 2;
		frames = memory_get(frames, frames_size * sizeof(*frames));
	}
	frames[frames_used++] = stack_used;
	return data_stack_frame_id++;
}

data_stack_frame_t t_push_named(const char *format, ...)
{
	return t_push(format);
}

static void frame_end(void)
{
	if (frames_used == 0)
		abort();
	while (stack_used > frame_begin())
		free(stack[--stack_used]);
	frames_used--;
	data_stack_frame_id--;
}

void t_pop_last_unsafe(void)
{
	frame_end();
}

bool t_pop(data_stack_frame_t *id)
{
	frame_end();
	if (*id != data_stack_frame_id)
		return FALSE;
	*id = 0;
	return TRUE;
}

static bool frame_has(const void *memory)
{
	unsigned int i;

	for (i = frame_begin(); i < stack_used; i++) {
		if (stack[i] == memory)
			return TRUE;
	}
	return FALSE;
}

bool t_pop_pass_str(data_stack_frame_t *id, const char **str)
{
	const char *passed = str == NULL ? NULL : *str;
	char *copy = NULL;

	/* it may lie within an allocation */
	if (passed != NULL) {
		copy = memory_get(NULL, strlen(passed) + 1);
		memcpy(copy, passed, strlen(passed) + 1);
	}
	if (!t_pop(id))
		return FALSE;
	if (copy != NULL) {
		stack_push(copy);
		*str = copy;
	}
	return TRUE;
}

void *t_malloc_no0(size_t size)
{
	void *memory = memory_get(NULL, size);

	i_assert(size > 0);
	stack_push(memory);
	return memory;
}

void *t_malloc0(size_t size)
{
	return memset(t_malloc_no0(size), 0, size);
}

/* Nothing grows where it is. */
bool t_try_realloc(void *memory ATTR_UNUSED, size_t size ATTR_UNUSED)
{
	return FALSE;
}

size_t t_get_bytes_available(void)
{
	return 0;
}

void *t_buffer_get(size_t size)
{
	free(buffer);
	buffer = memory_get(NULL, I_MAX(size, 1));
	buffer_size = size;
	return buffer;
}

void *t_buffer_reget(void *old, size_t size)
{
	if (old != buffer)
		abort();
	buffer = memory_get(buffer, I_MAX(size, 1));
	buffer_size = size;
	return buffer;
}

/* It must stay where it is. */
void t_buffer_alloc(size_t size)
{
	if (size > buffer_size)
		abort();
	stack_push(buffer);
	buffer = NULL;
	buffer_size = 0;
}

void t_buffer_alloc_last_full(void)
{
	if (buffer != NULL)
		t_buffer_alloc(buffer_size);
}

bool data_stack_frame_contains(data_stack_frame_t *id ATTR_UNUSED,
			       const void *memory)
{
	return frame_has(memory);
}

size_t data_stack_get_alloc_size(void)
{
	return stack_size * sizeof(*stack);
}

size_t data_stack_get_used_size(void)
{
	return stack_used * sizeof(*stack);
}

void data_stack_free_unused(void)
{
}

void data_stack_init(void)
{
	if (frames_used == 0)
		(void)t_push("data_stack_init");
}

void data_stack_deinit_event(void)
{
}

void data_stack_deinit(void)
{
}
