/* See the contract in notice.h. */

#include "lib.h"
#include "notice.h"
#include "array.h"
#include "hostpid.h"
#include "ioloop.h"
#include "istream.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "message-address.h"
#include "seq-range-array.h"
#include "str.h"
#include "ascii-line.h"
#include "session-policy.h"
#include "compat-settings.h"
#include "notice-message.h"
#include "policy-value.h"
#include "storage-driver.h"

/* Returns the site's folders, of which the last one comes first, and the one
   that was installed. */
static const char *const *folders_get(struct mail_user *user)
{
	const struct coexist_policy_key *info =
		&coexist_site_settings[COEXIST_SITE_template_dir];
	const char *list = coexist_site_setting_get(user,
			COEXIST_SITE_template_dir);
	const char *installed = COEXIST_TEXTS_DIR, *folder, *item;
	struct coexist_value value;
	ARRAY_TYPE(const_string) folders;
	size_t length;

	t_array_init(&folders, 4);
	array_push_back(&folders, &installed);
	switch (coexist_value_parse(info, list, &value)) {
	case COEXIST_VALUE_VALID:
		while (coexist_list_next(&list, &item, &length)) {
			folder = t_strndup(item, length);
			array_push_front(&folders, &folder);
		}
		break;
	case COEXIST_VALUE_INHERIT:
		break;
	case COEXIST_VALUE_UNKNOWN:
		e_warning(user->event, "coexist: Ignoring unknown value of "
			  COEXIST_KEY_PREFIX"%s (expected %s)", info->name,
			  coexist_type_describe(info->type));
		break;
	}
	array_append_zero(&folders);
	return array_front(&folders);
}

static void text_problem_log(struct mail_user *user, const char *problem)
{
	if (problem != NULL) {
		coexist_session_policy_warn_once(user, t_strconcat(
			"coexist: Text of a notice: ", problem, NULL));
	}
}

static const char *language_get(struct mail_user *user)
{
	return coexist_policy_text(coexist_session_policy_get(user),
				   COEXIST_KEY_language);
}

/* Returns the site's postmaster: who else could say what to do? */
static const struct message_address *sender_get(struct mail_user *user)
{
	const struct message_address *sender;
	struct message_address *fallback;
	const char *error;

	if (mail_user_get_postmaster_address(user, &sender, &error) &&
	    sender->domain != NULL && *sender->domain != '\0')
		return sender;
	fallback = t_new(struct message_address, 1);
	message_address_init(fallback, /*name=*/NULL, "postmaster",
			     my_hostdomain());
	return fallback;
}

static const string_t *
message_make(struct mail_user *user, const struct coexist_notice *notice)
{
	const char *const *folders = folders_get(user);
	const char *problem = NULL;
	string_t *str = t_str_new(8192);
	struct coexist_notice_text text;
	const struct coexist_notice_message message = {
		.from = sender_get(user),
		.user = user->username,
		.kind = notice->kind,
		.text = &text,
		.date = ioloop_time
	};

	coexist_notice_text_find(notice, folders, language_get(user), &text,
				 &problem);
	coexist_notice_page_find(notice, folders, &text, &problem);
	text_problem_log(user, problem);
	coexist_notice_message_write(str, &message);
	return str;
}

static struct mailbox_transaction_context *
transaction_begin(struct mailbox *box)
{
	struct mail_user *user = box->storage->user;
	struct mailbox_transaction_context *t;
	bool dsyncing = user->dsyncing;

	/* The one way in which the quota plugin of every version, and whatever
	   asks it to make room, counts a message and never refuses it. */
	user->dsyncing = TRUE;
	t = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_EXTERNAL |
				      /* no quota_warning */
				      MAILBOX_TRANSACTION_FLAG_SYNC |
				      MAILBOX_TRANSACTION_FLAG_NO_NOTIFY |
				      MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS,
				      "coexist notice");
	user->dsyncing = dsyncing;
	return t;
}

static int
save_in(struct mailbox_transaction_context *t, struct istream *input)
{
	struct mail_save_context *save = mailbox_save_alloc(t);

	if (mailbox_save_begin(&save, input) < 0)
		return -1;
	do {
		if (mailbox_save_continue(save) < 0) {
			mailbox_save_cancel(&save);
			return -1;
		}
	} while (i_stream_read(input) > 0);
	return mailbox_save_finish(&save);
}

/* Returns the size with CRLF at the end of each line. */
static uint64_t virtual_size(const string_t *message)
{
	const unsigned char *data = str_data(message);
	size_t i, size = str_len(message);
	uint64_t added = 0;

	for (i = 0; i < size; i++) {
		if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
			added++;
	}
	return size + added;
}

static int
commit(struct mailbox_transaction_context **t,
       struct coexist_notice_place *place_r)
{
	struct mail_transaction_commit_changes changes;
	struct seq_range_iter iter;

	if (mailbox_transaction_commit_get_changes(t, &changes) < 0)
		return -1;
	place_r->uidvalidity = changes.uid_validity;
	seq_range_array_iter_init(&iter, &changes.saved_uids);
	if (!seq_range_array_iter_nth(&iter, 0, &place_r->uid))
		place_r->uid = 0;
	pool_unref(&changes.pool);
	return 0;
}

static int
save(struct mailbox *box, const string_t *message,
     struct coexist_notice_place *place_r)
{
	struct mailbox_transaction_context *t;
	struct istream *input;
	int ret;

	if (coexist_storage_check_save(box) < 0 || mailbox_open(box) < 0)
		return -1;
	t = transaction_begin(box);
	input = i_stream_create_from_data(str_data(message), str_len(message));
	ret = save_in(t, input);
	i_stream_unref(&input);
	if (ret < 0) {
		mailbox_transaction_rollback(&t);
		return -1;
	}
	place_r->size = virtual_size(message);
	return commit(&t, place_r);
}

struct mailbox *coexist_notice_inbox(struct mail_user *user)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);

	return mailbox_alloc(ns->list, "INBOX", MAILBOX_FLAG_IGNORE_ACLS);
}

/* Returns by what the state knows where the last notice of its kind is. */
static const char *place_name(const struct coexist_notice *notice)
{
	return notice->place_name != NULL ? notice->place_name :
		t_str_replace(t_strconcat(notice->kind, "_mail", NULL),
			      '-', '_');
}

int coexist_notice_send(struct mailbox *inbox,
			const struct coexist_notice *notice,
			struct coexist_notice_place *place_r)
{
	int ret;

	T_BEGIN {
		ret = save(inbox, message_make(inbox->storage->user, notice),
			   place_r);
	} T_END;
	if (ret < 0) {
		e_warning(inbox->event, "coexist: Can't put the notice %s into "
			  "INBOX: %s", notice->kind,
			  mailbox_get_last_internal_error(inbox, NULL));
	} else if (place_r->uid != 0) T_BEGIN {
		coexist_notice_replace(inbox, place_name(notice), place_r);
	} T_END;
	return ret;
}

static const char *alert_of(const struct coexist_notice_words *words)
{
	return words->alert != NULL ? words->alert : words->subject;
}

const char *coexist_notice_alert(struct mail_user *user,
				 const struct coexist_notice *notice)
{
	struct coexist_notice_text text;
	const char *line, *error, *problem = NULL;

	coexist_notice_text_find(notice, folders_get(user), language_get(user),
				 &text, &problem);
	text_problem_log(user, problem);
	if (!coexist_ascii_line(alert_of(&text.words), &line) &&
	    coexist_notice_text_parse(notice->builtin, &notice->variables,
				      &text.words, &error))
		(void)coexist_ascii_line(alert_of(&text.words), &line);
	return line;
}
