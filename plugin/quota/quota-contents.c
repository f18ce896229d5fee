/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-contents.h. */

#include "lib.h"
#include "quota-contents.h"
#include "array.h"
#include "index-storage.h"
#include "mail-namespace.h"
#include "mail-search.h"
#include "mail-search-build.h"
#include "mail-storage-private.h"
#include "mailbox-list-iter.h"
#include "compat-mailbox.h"
#include "keywords.h"
#include "mailbox-journal.h"
#include "policy-merge.h"
#include "session-policy.h"
#include "special-mailbox.h"

/* messages whose sizes are looked up one by one */
#define NEW_MAX_COUNT 50

static struct mail_search_args *
keyword_search(struct mailbox *box, const char *keyword)
{
	struct mail_search_args *args = mail_search_build_init();

	mail_search_build_add(args, SEARCH_KEYWORDS)->value.str =
		p_strdup(args->pool, keyword);
	mail_search_args_init(args, box, /*change_uidset=*/FALSE, NULL);
	return args;
}

static void
marked_count(struct mailbox *box, const char *keyword,
	     struct coexist_quota_marked *marked)
{
	struct mailbox_transaction_context *t;
	struct mail_search_args *args = keyword_search(box, keyword);
	struct mail_search_context *search;
	struct mail *mail;
	uoff_t size;

	t = mailbox_transaction_begin(box, 0, "coexist quota notice");
	search = mailbox_search_init(t, args, NULL, MAIL_FETCH_VIRTUAL_SIZE,
				     NULL);
	mail_search_args_unref(&args);
	while (mailbox_search_next(search, &mail)) {
		marked->count++;
		if (mail_get_virtual_size(mail, &size) == 0)
			marked->size += size;
	}
	(void)mailbox_search_deinit(&search);
	(void)mailbox_transaction_commit(&t);
}

/* Counts what the newest POP3 session hid by, as doveadm coexist status does. Without
   the journal nobody can tell. */
static void hidden_count(struct mailbox *inbox,
			 struct coexist_quota_marked *hidden)
{
	pool_t pool = pool_alloconly_create("coexist quota journal", 4096);
	struct coexist_journal journal;
	const char *error;

	if (coexist_journal_read(inbox->storage->user, pool, &journal,
				 &error) < 0) {
		e_warning(inbox->event, "coexist: Can't count what POP3 has "
			  "hidden: %s", error);
	} else {
		marked_count(inbox, coexist_journal_hidden_keyword(&journal),
			     hidden);
	}
	pool_unref(&pool);
}

static bool
folder_is(struct mailbox *box, const char *special_use, const char *name)
{
	return box->set != NULL && coexist_mailbox_is_for(box->set, special_use) ?
		TRUE : strcmp(mailbox_get_name(box), name) == 0;
}

static void
folder_add(struct mailbox *box, const struct mailbox_metadata *metadata,
	   ARRAY_TYPE(coexist_quota_folder) *folders,
	   struct coexist_quota_contents *contents)
{
	const struct coexist_quota_folder folder = {
		.name = t_strdup(mailbox_get_vname(box)),
		.size = metadata->virtual_size
	};

	array_push_back(folders, &folder);
	if (folder_is(box, "\\Trash", "Trash")) {
		contents->trash += folder.size;
		contents->trash_days = coexist_mailbox_autoexpunge_days(box);
	}
	if (folder_is(box, "\\Junk", "Junk"))
		contents->junk += folder.size;
	if (contents->archive_name != NULL &&
	    strcmp(mailbox_get_vname(box), contents->archive_name) == 0)
		contents->archive = folder.size;
}

static void
folder_look(struct mailbox_list *list, const char *name,
	    ARRAY_TYPE(coexist_quota_folder) *folders,
	    struct coexist_quota_contents *contents)
{
	struct mailbox *box = mailbox_alloc(list, name, MAILBOX_FLAG_READONLY);
	struct mailbox_metadata metadata;

	if (mailbox_get_metadata(box, MAILBOX_METADATA_VIRTUAL_SIZE,
				 &metadata) == 0)
		folder_add(box, &metadata, folders, contents);
	mailbox_free(&box);
}

/* Adds the sizes of the messages from this one on, but for those that are gone
   meanwhile. */
static void sizes_add(struct mailbox *box, uint32_t seq, uint64_t *size)
{
	uint32_t count = mail_index_view_get_messages_count(box->view);
	struct mailbox_transaction_context *t;
	struct mail *mail;
	uoff_t vsize;

	t = mailbox_transaction_begin(box, 0, "coexist quota notice");
	mail = mail_alloc(t, 0, NULL);
	for (; seq <= count; seq++) {
		mail_set_seq(mail, seq);
		if (mail_get_virtual_size(mail, &vsize) == 0)
			*size += vsize;
	}
	mail_free(&mail);
	/* nothing is to be cached, and no lock waited for */
	mailbox_transaction_rollback(&t);
}

/* Returns TRUE with the index's sum of the sizes and the first message after
   it, if there are few of these. */
static bool sum_get(struct mailbox *box, uint64_t *sum_r, uint32_t *seq_r)
{
	uint32_t count = mail_index_view_get_messages_count(box->view);
	struct mailbox_index_vsize sum;
	uint32_t first, last;
	const void *data;
	size_t size;

	mail_index_get_header_ext(box->view, box->vsize_hdr_ext_id, &data,
				  &size);
	if (size != sizeof(sum))
		return FALSE;
	memcpy(&sum, data, sizeof(sum));
	if (sum.highest_uid == 0 ||
	    !mail_index_lookup_seq_range(box->view, 1, sum.highest_uid, &first,
					 &last) ||
	    last != sum.message_count || count - last > NEW_MAX_COUNT)
		return FALSE;
	*sum_r = sum.vsize;
	*seq_r = last + 1;
	return TRUE;
}

/* Asks nothing but the index: a sync would read again what was just delivered,
   and to bring the sum up to date takes locks. The next delivery does it, and
   a notice is no worse without. */
static int inbox_size(struct mailbox *inbox, struct mailbox_metadata *metadata)
{
	uint32_t seq;

	if (!sum_get(inbox, &metadata->virtual_size, &seq))
		return index_mailbox_get_virtual_size(inbox, metadata);
	sizes_add(inbox, seq, &metadata->virtual_size);
	return 0;
}

static void
inbox_look(struct mailbox *inbox, ARRAY_TYPE(coexist_quota_folder) *folders,
	   struct coexist_quota_contents *contents)
{
	struct mailbox_metadata metadata;

	if (mailbox_open(inbox) < 0)
		return;
	marked_count(inbox, POP3_DOWNLOADED_KEYWORD, &contents->downloaded);
	hidden_count(inbox, &contents->hidden);
	if (inbox_size(inbox, &metadata) == 0)
		folder_add(inbox, &metadata, folders, contents);
}

static void
folders_get(struct mailbox *inbox, struct coexist_quota_contents *contents)
{
	struct mail_namespace *ns = mailbox_get_namespace(inbox);
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;
	ARRAY_TYPE(coexist_quota_folder) folders;

	t_array_init(&folders, 32);
	/* of this namespace alone, INBOX included, which never has a prefix */
	iter = mailbox_list_iter_init(ns->list, "*",
				      MAILBOX_LIST_ITER_SKIP_ALIASES |
				      MAILBOX_LIST_ITER_NO_AUTO_BOXES);
	while ((info = mailbox_list_iter_next(iter)) != NULL) {
		if (strcmp(info->vname, mailbox_get_vname(inbox)) == 0)
			inbox_look(inbox, &folders, contents);
		else if ((info->flags & (MAILBOX_NOSELECT |
					 MAILBOX_NONEXISTENT)) == 0)
			folder_look(ns->list, info->vname, &folders, contents);
	}
	(void)mailbox_list_iter_deinit(&iter);
	coexist_quota_folders_list(&folders, &contents->largest);
}

/* Finds out what the policy makes of the mail that POP3 deletes and leaves. */
static void
policy_read(struct mail_user *user, struct coexist_quota_contents *contents)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);

	if (policy == NULL)
		return;
	contents->keep_days =
		coexist_policy_number(policy, COEXIST_KEY_pop3_keep_days);
	if (coexist_policy_number(policy, COEXIST_KEY_pop3_delete) ==
	    COEXIST_DELETE_ARCHIVE)
		contents->archive_name = coexist_archive_mailbox_name(user);
}

void coexist_quota_contents_get(struct mailbox *inbox,
				struct coexist_quota_contents *contents_r)
{
	i_zero(contents_r);
	policy_read(inbox->storage->user, contents_r);
	folders_get(inbox, contents_r);
}
