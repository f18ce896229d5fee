/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any file is a state: each name has the value that a second reader finds, and what is
   set is there, beside all that was. The input is flags, a name and a value with NULs
   behind them, and the file. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "small-file.h"
#include "state-file.h"
#include "str.h"

/* The value of the first line that sets the name. */
static const char *value_find(const char *text, const char *name)
{
	const char *const *line = t_strsplit(text, "\n");
	const char *begin = t_strconcat(name, "=", NULL);

	for (; *line != NULL; line++) {
		if (strncmp(*line, begin, strlen(begin)) == 0)
			return *line + strlen(begin);
	}
	return NULL;
}

/* What others have in the file stays, in its order. */
static const char *others(const char *text, const char *name)
{
	const char *const *line = t_strsplit(text, "\n");
	const char *begin = t_strconcat(name, "=", NULL);
	string_t *str = t_str_new(256);

	for (; *line != NULL; line++) {
		if (**line != '\0' && strncmp(*line, begin, strlen(begin)) != 0)
			str_printfa(str, "%s\n", *line);
	}
	return str_c(str);
}

static const char *
text_read(const char *path, const struct coexist_state_mode *mode)
{
	const char *text, *error;

	(void)coexist_small_file_read_up_to(path, mode->max_size, &text,
					    &error);
	return text;
}

static void
check_set(const char *path, const struct coexist_state_mode *mode,
	  const struct coexist_state_value *value)
{
	const struct coexist_state_values set = { value, 1 };
	const char *error, *before = text_read(path, mode), *after;

	if (coexist_state_file_update(path, mode,
				      coexist_state_file_decide_values,
				      (void *)&set, &error) < 0) {
		i_assert(strstr(error, "would have more than") != NULL);
		i_assert(strcmp(text_read(path, mode), before) == 0);
		return;
	}
	after = text_read(path, mode);
	i_assert(strcmp(coexist_state_text_get(after, value->name),
			value->value) == 0);
	i_assert(strcmp(others(after, value->name),
			others(before, value->name)) == 0);
}

static bool is_name(const char *name)
{
	return *name != '\0' && strpbrk(name, "=\n") == NULL;
}

static void check_state(struct fuzz_input *input)
{
	struct coexist_state_mode mode = {
		.mode = 0600, .gid = (gid_t)-1, .no_link = fuzz_bool(input),
		.use_excl_lock = fuzz_bool(input),
		.max_size = fuzz_bool(input) ? 64 :
			COEXIST_SMALL_FILE_MAX_SIZE
	};
	const char *name = fuzz_string(input), *value = fuzz_string(input);
	const struct coexist_state_value set = { name, value };
	const char *path, *text, *found, *wanted;

	if (!is_name(name) || strchr(value, '\n') != NULL)
		return;
	path = fuzz_file("state", input->data, input->size);
	text = text_read(path, &mode);
	found = coexist_state_text_get(text, name);
	wanted = value_find(text, name);
	i_assert(null_strcmp(found, wanted) == 0);
	check_set(path, &mode, &set);
	(void)unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	fuzz_init();
	T_BEGIN {
		check_state(&input);
	} T_END;
	return 0;
}
