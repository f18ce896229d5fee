/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-file.h. */

#include "lib.h"
#include "owner-file.h"
#include "mail-user.h"
#include "unichar.h"
#include "coexist-event.h"
#include "index-root.h"
#include "small-file.h"

_Static_assert(COEXIST_OPENABLE_COUNT <= COEXIST_STATE_FILE_MAX_VALUES,
	       "all keys can be changed at once");
/* the longest name of a key is much shorter than a value */
_Static_assert(COEXIST_OPENABLE_COUNT * (COEXIST_OWNER_VALUE_MAX + 64) <=
	       COEXIST_OWNER_FILE_MAX, "all choices fit");

bool coexist_owner_value_is_clean(const char *value)
{
	bool is_ascii = TRUE;
	const char *p;

	for (p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return FALSE;
		is_ascii = is_ascii && (unsigned char)*p < 0x80;
	}
	return p - value <= COEXIST_OWNER_VALUE_MAX &&
		(is_ascii || uni_utf8_str_is_valid(value));
}

/* Moves *value behind the time with which it begins, and returns that, or this one. */
static time_t time_skip(const char **value, time_t otherwise)
{
	const char *end;
	intmax_t number;

	if (**value != '@' ||
	    str_parse_intmax(*value + 1, &number, &end) < 0 || *end != ' ')
		return otherwise;
	*value = end + 1;
	return (time_t)number;
}

/* Returns FALSE for a line that nobody of ours has written. Its text is kept. */
static bool line_read(const char *line, time_t file_time,
		      struct coexist_owner_choices *choices)
{
	const char *value = strchr(line, '=');
	size_t length = value == NULL ? 0 : (size_t)(value - line);
	enum coexist_openable openable;
	enum coexist_key key;
	time_t when;

	if (length == 0)
		return FALSE;
	value++;
	when = time_skip(&value, file_time);
	if (!coexist_owner_value_is_clean(value))
		return FALSE;
	/* perhaps a key of another version */
	if (!coexist_key_find_length(line, length, &key) ||
	    !coexist_openable_find(key, &openable))
		return TRUE;
	choices->times[openable] = when;
	choices->texts[openable] = *value == '\0' ? NULL : value;
	return TRUE;
}

/* Reads the lines in place: each becomes a string. Returns how many of them are none
   of ours. */
static unsigned int text_read(char *text, time_t file_time,
			      struct coexist_owner_choices *choices)
{
	unsigned int wrong = 0;
	char *line, *end;

	for (line = text; line != NULL; line = end) {
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		if (*line != '\0' && !line_read(line, file_time, choices))
			wrong++;
	}
	return wrong;
}

/* Each login asks, and t_strconcat() takes more than the look for the file. */
static const char *file_path(const char *folder)
{
	static const char name[] = "/"COEXIST_OWNER_FILE_NAME;
	size_t length = strlen(folder);
	char *path = t_malloc_no0(length + sizeof(name));

	memcpy(path, folder, length);
	memcpy(path + length, name, sizeof(name));
	return path;
}

/* Returns FALSE if there is no file, or none of ours. */
static bool
path_read(struct mail_user *user, const char *path, pool_t pool,
	  struct coexist_owner_choices *choices)
{
	const char *text, *error;
	time_t file_time;
	unsigned int wrong;
	int ret;

	ret = coexist_small_file_read_no_link(path, COEXIST_OWNER_FILE_MAX,
					      &text, &file_time, &error);
	/* of most owners, who never chose, each login looks for it */
	if (ret != 0)
		coexist_trace(user, "Reads the choices: %s", path);
	if (ret < 0) {
		e_warning(user->event, "coexist: Nothing that the owner chose "
			  "counts: %s", error);
	}
	if (ret <= 0)
		return FALSE;
	wrong = text_read(p_strdup(pool, text), file_time, choices);
	if (wrong > 0) {
		e_warning(user->event, "coexist: Ignoring %u lines of %s that "
			  "are no choices of the owner", wrong, path);
	}
	return TRUE;
}

bool coexist_owner_file_read(struct mail_user *user, pool_t pool,
			     struct coexist_owner_choices *choices_r)
{
	const char *folder = coexist_control_root_folder(user);
	unsigned int i;

	i_zero(choices_r);
	if (folder == NULL ||
	    !path_read(user, file_path(folder), pool, choices_r))
		return FALSE;
	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		if (choices_r->texts[i] != NULL)
			return TRUE;
	}
	return FALSE;
}

struct change {
	coexist_openable_set changed;
	const struct coexist_owner_choices *choices;
};

static unsigned int
change_decide(const char *text ATTR_UNUSED, struct coexist_state_value *values_r,
	      void *context)
{
	const struct change *change = context;
	unsigned int i, count = 0;

	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		if ((change->changed & BIT(i)) == 0)
			continue;
		values_r[count].name =
			coexist_policy_keys[coexist_openable_keys[i].key].name;
		values_r[count++].value = t_strdup_printf("@%jd %s",
			(intmax_t)change->choices->times[i],
			change->choices->texts[i] == NULL ? "" :
			change->choices->texts[i]);
	}
	return count;
}

int coexist_owner_file_change(struct mail_user *user, coexist_openable_set changed,
			      const struct coexist_owner_choices *choices,
			      const char **error_r)
{
	struct change change = { .changed = changed, .choices = choices };
	struct coexist_index_root root;
	const char *path;

	if (!coexist_control_root_try_find(user, &root)) {
		*error_r = "There is no folder for "COEXIST_OWNER_FILE_NAME;
		return -1;
	}
	path = file_path(root.folder);
	root.mode.max_size = COEXIST_OWNER_FILE_MAX;
	root.mode.no_link = TRUE;
	if (coexist_state_file_update(path, &root.mode, change_decide, &change,
				      error_r) == 0)
		return 0;
	if (errno != ENOENT || coexist_index_root_create(&root, error_r) < 0)
		return -1;
	return coexist_state_file_update(path, &root.mode, change_decide,
					 &change, error_r);
}
