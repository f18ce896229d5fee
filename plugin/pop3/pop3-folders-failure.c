/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-folders-failure.h.

   In dovecot-coexist.state, since when logins fail, empty if they do not:

     pop3_folders_failed=1772439000 */

#include "lib.h"
#include "pop3-folders-failure.h"
#include "array.h"
#include "ioloop.h"
#include "str.h"
#include "mail-storage-private.h"
#include "mailbox-failure.h"
#include "mailbox-state.h"
#include "maildrop-folders.h"
#include "pop3-folders.h"
#include "time-since.h"

#define STATE_FAILED "pop3_folders_failed"

/* More mailboxes with one reason are counted. */
#define NAMES_MAX 5

/* The mailboxes that are left out for one reason. */
struct left_out {
	const char *reason;
	string_t *names;
	unsigned int count;
};

struct pop3_folders_failure {
	ARRAY(struct left_out) left_out;
	/* something has failed that may pass */
	bool may_pass;
};

struct pop3_folders_failure *
pop3_folders_failure_init(struct pop3_folders *folders)
{
	struct pop3_folders_failure *failure =
		p_new(folders->user->pool, struct pop3_folders_failure, 1);

	p_array_init(&failure->left_out, folders->user->pool, 4);
	return failure;
}

/* What was left out */

static struct left_out *
left_out_get(struct pop3_folders *folders, const char *reason)
{
	struct left_out *one;

	array_foreach_modifiable(&folders->failure->left_out, one) {
		if (strcmp(one->reason, reason) == 0)
			return one;
	}
	one = array_append_space(&folders->failure->left_out);
	one->reason = p_strdup(folders->user->pool, reason);
	one->names = str_new(folders->user->pool, 64);
	return one;
}

static void
left_out_note(struct pop3_folders *folders, const struct pop3_folder *folder,
	      const char *reason)
{
	struct left_out *one = left_out_get(folders, reason);

	if (++one->count > NAMES_MAX)
		return;
	if (str_len(one->names) > 0)
		str_append(one->names, ", ");
	str_append(one->names, folder->name);
}

static void left_out_log(struct mail_user *user, const struct left_out *one)
{
	const char *names = str_c(one->names);

	if (one->count > NAMES_MAX) {
		names = t_strdup_printf("%s and %u more", names,
					one->count - NAMES_MAX);
	}
	coexist_maildrop_unusable_log(user, names, one->reason);
}

/* Failures that may pass */

/* Returns 0 if none is remembered. */
static uint64_t failed_since(struct mail_user *user)
{
	const char *value = coexist_state_text_get(
		coexist_mailbox_state_peek(user), STATE_FAILED);
	uint64_t since;

	return value == NULL || str_to_uint64(value, &since) < 0 ? 0 : since;
}

static void failed_set(struct mail_user *user, const char *value)
{
	const struct coexist_state_value line = {
		.name = STATE_FAILED, .value = value
	};

	(void)coexist_mailbox_state_set(user, &line, 1);
}

bool pop3_folders_failure_lasts(struct pop3_folders *folders)
{
	uint64_t now = (uint64_t)ioloop_time, passed;

	folders->failure->may_pass = TRUE;
	if (coexist_time_since(failed_since(folders->user), now, &passed))
		return passed >= POP3_FOLDERS_PATIENCE_SECS;
	failed_set(folders->user, dec2str(now));
	return FALSE;
}

/* Leaving out */

/* Returns TRUE after noting why if the session goes on without the mailbox. */
static bool is_left_out(struct pop3_folders *folders,
			struct pop3_folder *folder)
{
	struct mailbox *box = folder->box;
	enum mail_error error;
	const char *text = t_strdup(mailbox_get_last_internal_error(box,
								    &error));

	switch (coexist_mailbox_failure_get(box, error)) {
	case COEXIST_MAILBOX_ABSENT:
		if (error == MAIL_ERROR_PERM) {
			e_info(box->event, "coexist: POP3 is not shown %s: %s",
			       folder->name, text);
		}
		return TRUE;
	case COEXIST_MAILBOX_AWAY:
		if (!pop3_folders_failure_lasts(folders)) {
			e_error(box->event, "coexist: POP3 is shown nothing, "
				"because of %s: %s", folder->name, text);
			return FALSE;
		}
		break;
	case COEXIST_MAILBOX_UNUSABLE:
		break;
	}
	left_out_note(folders, folder, text);
	return TRUE;
}

bool pop3_folders_leave_out(struct pop3_folders *folders,
			    struct pop3_folder *folder)
{
	struct mail_storage *storage = folder->box->storage;

	/* each is logged once */
	if (!folder->failed && !folder->away) {
		folder->failed = is_left_out(folders, folder);
		folder->away = !folder->failed;
	}
	if (folder->failed) {
		mail_storage_set_error(storage, MAIL_ERROR_NOTFOUND,
			T_MAIL_ERR_MAILBOX_NOT_FOUND(folder->box->vname));
	} else {
		mail_storage_set_internal_error(storage);
	}
	return folder->failed;
}

void pop3_folders_failure_finish(struct pop3_folders *folders)
{
	const struct left_out *one;

	array_foreach(&folders->failure->left_out, one) {
		left_out_log(folders->user, one);
	}
	array_clear(&folders->failure->left_out);
	if (!folders->failure->may_pass && failed_since(folders->user) != 0)
		failed_set(folders->user, "");
}
