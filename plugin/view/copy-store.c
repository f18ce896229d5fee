/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in copy-store.h. */

#include "lib.h"
#include "copy-store.h"
#include "mail-user.h"
#include "mailbox-state.h"

static const struct coexist_mailbox_file copies_file = {
	.name = COEXIST_COPY_FILE_NAME,
	.max_size = 4 * 1024 * 1024,
	.is_needed = TRUE
};

static void memory_parse(struct mail_user *user, const char *text,
			 ARRAY_TYPE(coexist_copy_folder) *folders_r)
{
	t_array_init(folders_r, 32);
	if (!coexist_copy_memory_parse(text, folders_r)) {
		e_warning(user->event, "coexist: "COEXIST_COPY_FILE_NAME
			  " is not as we write it: which copies of a message "
			  "have which unique IDs is forgotten");
	}
}

int coexist_copy_memory_read(struct mail_user *user,
			     ARRAY_TYPE(coexist_copy_folder) *folders_r)
{
	const char *text;
	int ret = coexist_mailbox_file_read(user, &copies_file, &text);

	memory_parse(user, text, folders_r);
	return ret;
}

struct note {
	struct mail_user *user;
	const ARRAY_TYPE(coexist_copy_folder) *found;
};

static unsigned int
note_decide(const char *text, struct coexist_state_value *values_r,
	    void *context)
{
	struct note *note = context;
	ARRAY_TYPE(coexist_copy_folder) folders;

	memory_parse(note->user, text, &folders);
	if (!coexist_copy_memory_merge(&folders, note->found))
		return 0;
	values_r->name = COEXIST_COPY_MEMORY_NAME;
	values_r->value = coexist_copy_memory_format(&folders);
	return 1;
}

struct forgetting {
	struct mail_user *user;
	const ARRAY_TYPE(const_string) *gone;
};

static unsigned int
forget_decide(const char *text, struct coexist_state_value *values_r,
	      void *context)
{
	struct forgetting *forgetting = context;
	ARRAY_TYPE(coexist_copy_folder) folders;

	memory_parse(forgetting->user, text, &folders);
	if (!coexist_copy_memory_remove(&folders, forgetting->gone))
		return 0;
	values_r->name = COEXIST_COPY_MEMORY_NAME;
	values_r->value = coexist_copy_memory_format(&folders);
	return 1;
}

int coexist_copy_memory_forget(struct mail_user *user,
			       const ARRAY_TYPE(const_string) *gone)
{
	struct forgetting forgetting = { .user = user, .gone = gone };

	return coexist_mailbox_file_update(user, &copies_file, forget_decide,
					   &forgetting);
}

/* Most sessions find nothing new by the memory as it is, and need no lock then. */
void coexist_copy_memory_note(struct mail_user *user,
			      const ARRAY_TYPE(coexist_copy_folder) *found)
{
	struct note note = { .user = user, .found = found };
	ARRAY_TYPE(coexist_copy_folder) folders;

	if (coexist_copy_memory_read(user, &folders) == 0 &&
	    coexist_copy_memory_merge(&folders, found)) {
		(void)coexist_mailbox_file_update(user, &copies_file,
						  note_decide, &note);
	}
}
