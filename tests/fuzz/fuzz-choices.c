/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any file is one of an owner's choices, as a stranger may have written it, and what is
   chosen is read again. The input is a set of keys, a text for each of them with a NUL
   behind it, and the file. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "coexist-event.h"
#include "index-root.h"
#include "owner-file.h"
#include "unichar.h"

/* What owner-file.c asks of a session. */

const char *coexist_control_root_folder(struct mail_user *user ATTR_UNUSED)
{
	return fuzz_folder();
}

bool coexist_control_root_try_find(struct mail_user *user ATTR_UNUSED,
				   struct coexist_index_root *root_r)
{
	i_zero(root_r);
	root_r->folder = fuzz_folder();
	root_r->mode.mode = 0600;
	root_r->mode.gid = (gid_t)-1;
	return TRUE;
}

int coexist_index_root_create(const struct coexist_index_root *root ATTR_UNUSED,
			      const char **error_r)
{
	*error_r = "There is the folder";
	return -1;
}

bool coexist_trace_has_filter(void)
{
	return FALSE;
}

struct event *coexist_event_create(struct mail_user *user)
{
	event_ref(user->event);
	return user->event;
}

static void check_read(const struct coexist_owner_choices *choices)
{
	unsigned int i;

	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		const char *text = choices->texts[i];

		i_assert(text == NULL || *text != '\0');
		i_assert(text == NULL || coexist_owner_value_is_clean(text));
		i_assert(text == NULL || uni_utf8_str_is_valid(text));
	}
}

static coexist_openable_set
change_make(struct fuzz_input *input, struct coexist_owner_choices *change_r)
{
	coexist_openable_set set = fuzz_uint32(input) & COEXIST_OPENABLE_ALL;
	unsigned int i;

	i_zero(change_r);
	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		if ((set & BIT(i)) == 0)
			continue;
		change_r->times[i] = (time_t)fuzz_uint32(input) - 1;
		change_r->texts[i] = fuzz_string(input);
		/* whoever stores a choice has looked at it before */
		if (!coexist_owner_value_is_clean(change_r->texts[i]) ||
		    *change_r->texts[i] == '\0')
			change_r->texts[i] = NULL;
	}
	return set;
}

/* What was not changed is as before, the rest as it was chosen. */
static void
check_changed(const struct coexist_owner_choices *before,
	      const struct coexist_owner_choices *change,
	      const struct coexist_owner_choices *after,
	      coexist_openable_set changed)
{
	unsigned int i;

	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		bool is_changed = (changed & BIT(i)) != 0;
		const struct coexist_owner_choices *wanted =
			is_changed ? change : before;

		i_assert(null_strcmp(after->texts[i], wanted->texts[i]) == 0);
		i_assert(!is_changed || after->times[i] == change->times[i]);
	}
}

static void check_file(struct fuzz_input *input, struct mail_user *user)
{
	struct coexist_owner_choices before, change, after;
	coexist_openable_set changed = change_make(input, &change);
	const char *path, *error;
	pool_t pool = fuzz_pool();

	path = fuzz_file(COEXIST_OWNER_FILE_NAME, input->data, input->size);
	(void)coexist_owner_file_read(user, pool, &before);
	check_read(&before);
	if (coexist_owner_file_change(user, changed, &change, &error) == 0) {
		(void)coexist_owner_file_read(user, pool, &after);
		check_changed(&before, &change, &after, changed);
	} else {
		/* with all that was in it before, it would be too large */
		i_assert(strstr(error, "would have more than") != NULL);
	}
	(void)unlink(path);
	pool_unref(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct mail_user user;

	fuzz_init();
	i_zero(&user);
	T_BEGIN {
		user.event = event_create(NULL);
		check_file(&input, &user);
		event_unref(&user.event);
	} T_END;
	return 0;
}
