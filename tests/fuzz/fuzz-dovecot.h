/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_FUZZ_DOVECOT_H
#define COEXIST_FUZZ_DOVECOT_H

#include "fuzz-input.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* For targets of code that uses Dovecot's libraries. */

static inline void ATTR_FORMAT(2, 0)
fuzz_log_nothing(const struct failure_context *context ATTR_UNUSED,
		 const char *format ATTR_UNUSED, va_list args ATTR_UNUSED)
{
}

/* To be called first. Warnings are not shown: there would be millions. */
static inline void fuzz_init(void)
{
	if (lib_is_initialized())
		return;
	lib_init();
	i_set_error_handler(fuzz_log_nothing);
}

/* Each allocation of it is one that AddressSanitizer knows. */
static inline pool_t fuzz_pool(void)
{
	return pool_allocfree_create("fuzz");
}

/* Returns what is before the first NUL, on the data stack. */
static inline const char *fuzz_text(const uint8_t *data, size_t size)
{
	return size == 0 ? "" : t_strndup(data, size);
}

/* Takes what is before the next NUL. */
static inline const char *fuzz_string(struct fuzz_input *input)
{
	size_t size;
	const uint8_t *text = fuzz_until(input, '\0', &size);

	return fuzz_text(text, size);
}

static inline const char *fuzz_rest(struct fuzz_input *input)
{
	struct fuzz_input rest = *input;

	input->size = 0;
	return fuzz_text(rest.data, rest.size);
}

static const char *fuzz_folder_path = NULL;

static inline void fuzz_folder_remove(void)
{
	(void)rmdir(fuzz_folder_path);
}

/* In memory: some writers wait for the disk. */
static inline const char *fuzz_base(void)
{
	const char *base = getenv("TMPDIR");

	return base != NULL ? base :
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

/* Returns a folder of this process alone. A target removes what it makes there. */
static inline const char *fuzz_folder(void)
{
	if (fuzz_folder_path == NULL) {
		fuzz_folder_path = mkdtemp(i_strconcat(
			fuzz_base(), "/fuzz-XXXXXX", NULL));
		if (fuzz_folder_path == NULL)
			i_fatal("mkdtemp() failed: %m");
		atexit(fuzz_folder_remove);
	}
	return fuzz_folder_path;
}

/* Writes a file of the folder. Returns its path, on the data stack. */
static inline const char *
fuzz_file(const char *name, const uint8_t *data, size_t size)
{
	const char *path = t_strconcat(fuzz_folder(), "/", name, NULL);
	FILE *file = fopen(path, "w");

	if (file == NULL || fwrite(data, 1, size, file) != size ||
	    fclose(file) != 0)
		i_fatal("write(%s) failed: %m", path);
	return path;
}

#endif
