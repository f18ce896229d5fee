/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in state-file.h. */

#include "lib.h"
#include "state-file.h"
#include "file-dotlock.h"
#include "small-file.h"
#include "str.h"
#include "write-full.h"

/* The lock is held while a few bytes are written. An older one was left behind by
   a process that was killed. */
#define LOCK_TIMEOUT_SECS 2
#define LOCK_STALE_SECS 10

/* Returns TRUE if the line, or the first of several, sets this name. */
static bool line_sets(const char *line, const char *name)
{
	size_t length = strlen(name);

	return strncmp(line, name, length) == 0 && line[length] == '=';
}

const char *coexist_state_text_get(const char *text, const char *name)
{
	size_t begin = strlen(name) + 1, length;

	/* most mailboxes have no state */
	while (*text != '\0') {
		length = strcspn(text, "\n");
		if (line_sets(text, name))
			return t_strndup(text + begin, length - begin);
		text += length + (text[length] == '\n' ? 1 : 0);
	}
	return NULL;
}

static bool
line_is_replaced(const char *line, const struct coexist_state_value *values,
		 unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count && !line_sets(line, values[i].name); i++) ;
	return i < count;
}

/* Returns the text with the values in it. */
static const string_t *
text_set(const char *text, const struct coexist_state_value *values,
	 unsigned int count)
{
	const char *const *lines = t_strsplit(text, "\n");
	string_t *str = t_str_new(256);
	unsigned int i;

	for (; *lines != NULL; lines++) {
		if (**lines != '\0' && !line_is_replaced(*lines, values, count))
			str_printfa(str, "%s\n", *lines);
	}
	for (i = 0; i < count; i++) {
		i_assert(strchr(values[i].value, '\n') == NULL);
		str_printfa(str, "%s=%s\n", values[i].name, values[i].value);
	}
	return str;
}

/* Returns the lock's file descriptor, or -1 and an error, with errno. */
static int
dotlock_open(const char *path, const struct coexist_state_mode *mode,
	     struct dotlock **dotlock_r, const char **error_r)
{
	const struct dotlock_settings set = {
		.timeout = mode->no_wait ? 0 : LOCK_TIMEOUT_SECS,
		.stale_timeout = LOCK_STALE_SECS,
		.use_excl_lock = mode->use_excl_lock,
		.nfs_flush = mode->nfs_flush
	};
	int fd, open_errno;

	fd = file_dotlock_open_group(&set, path, 0, mode->mode, mode->gid,
				     mode->gid_origin, dotlock_r);
	if (fd == -1) {
		open_errno = errno;
		*error_r = open_errno == EAGAIN ?
			t_strdup_printf("Somebody else keeps %s locked", path) :
			t_strdup_printf("Can't create %s.lock: %m", path);
		errno = open_errno;
	}
	return fd;
}

/* Writes the text to the lock, which becomes the file. */
static int
dotlock_replace(struct dotlock **dotlock, int fd, const char *path,
		const string_t *text, const char **error_r)
{
	if (write_full(fd, str_data(text), str_len(text)) < 0) {
		*error_r = t_strdup_printf("write(%s) failed: %m",
				file_dotlock_get_lock_path(*dotlock));
		file_dotlock_delete(dotlock);
		errno = EIO;
		return -1;
	}
	if (file_dotlock_replace(dotlock, 0) <= 0) {
		*error_r = t_strdup_printf("Can't replace %s: %m", path);
		errno = EIO;
		return -1;
	}
	return 0;
}

static size_t max_size_get(const struct coexist_state_mode *mode)
{
	return mode->max_size != 0 ? mode->max_size :
		COEXIST_SMALL_FILE_MAX_SIZE;
}

static int
text_read(const char *path, const struct coexist_state_mode *mode,
	  const char **text_r, const char **error_r)
{
	size_t max_size = max_size_get(mode);
	time_t ignored;

	return mode->no_link ?
		coexist_small_file_read_no_link(path, max_size, text_r,
						&ignored, error_r) :
		coexist_small_file_read_up_to(path, max_size, text_r, error_r);
}

/* Sets the values. What nobody could read any more is not written. */
static int
values_set(struct dotlock **dotlock, int fd, const char *path, size_t max_size,
	   const string_t *text, const char **error_r)
{
	if (str_len(text) <= max_size)
		return dotlock_replace(dotlock, fd, path, text, error_r);
	*error_r = t_strdup_printf("%s would have more than %zu bytes", path,
				   max_size);
	file_dotlock_delete(dotlock);
	errno = EIO;
	return -1;
}

int coexist_state_file_update(const char *path,
			      const struct coexist_state_mode *mode,
			      coexist_state_file_decide_t *decide,
			      void *context, const char **error_r)
{
	struct coexist_state_value values[COEXIST_STATE_FILE_MAX_VALUES];
	struct dotlock *dotlock;
	const char *text, *error;
	unsigned int count;
	int fd;

	fd = dotlock_open(path, mode, &dotlock, error_r);
	if (fd == -1)
		return -1;
	if (text_read(path, mode, &text, &error) < 0) {
		if (mode->keeps_unread && errno != EINVAL) {
			*error_r = error;
			file_dotlock_delete(&dotlock);
			errno = EIO;
			return -1;
		}
		text = mode->lost == NULL ? "" : mode->lost;
	}
	count = decide(text, values, context);
	i_assert(count <= N_ELEMENTS(values));
	if (count == 0) {
		file_dotlock_delete(&dotlock);
		return 0;
	}
	return values_set(&dotlock, fd, path, max_size_get(mode),
			  text_set(text, values, count), error_r);
}

unsigned int
coexist_state_file_decide_values(const char *text ATTR_UNUSED,
				 struct coexist_state_value *values_r,
				 void *context)
{
	const struct coexist_state_values *set = context;

	i_assert(set->count <= COEXIST_STATE_FILE_MAX_VALUES);
	memcpy(values_r, set->values, sizeof(*values_r) * set->count);
	return set->count;
}
