/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in view-walk.h. */

#include "lib.h"
#include "view-walk.h"
#include "array.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "coexist/day.h"
#include "mailbox-failure.h"
#include "maildrop-folders.h"
#include "notice.h"
#include "session-policy.h"
#include "view-store.h"

static struct mailbox *box_alloc(struct mail_user *user, const char *name)
{
	struct mail_namespace *ns =
		mail_namespace_find(user->namespaces, name);

	return mailbox_alloc(ns->list, name, 0);
}

/* Returns 0, or -1 with the error in the mailbox. */
static int
box_prepare(struct mailbox *box, bool is_inbox, const char **guid_r)
{
	struct mailbox_metadata metadata;

	if (mailbox_open(box) < 0 ||
	    mailbox_sync(box, MAILBOX_SYNC_FLAG_FULL_READ) < 0)
		return -1;
	if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) == 0) {
		*guid_r = guid_128_to_string(metadata.guid);
		return 0;
	}
	/* an mbox may have none */
	*guid_r = "";
	return is_inbox ? 0 : -1;
}

/* Returns 0 if the mailbox, which has an error, is left out of the maildrop, or -1 after
   logging the error. */
static int box_leave_out(struct mailbox *box, bool is_inbox)
{
	enum mail_error error;
	const char *text = mailbox_get_last_internal_error(box, &error);
	const char *name = mailbox_get_vname(box);
	enum coexist_mailbox_failure failure = is_inbox ? COEXIST_MAILBOX_AWAY :
		coexist_mailbox_failure_get(box, error);

	if (failure == COEXIST_MAILBOX_AWAY) {
		e_error(box->event, "coexist: Can't open %s: %s", name, text);
		return -1;
	}
	if (failure == COEXIST_MAILBOX_UNUSABLE)
		coexist_maildrop_unusable_log(box->storage->user, name, text);
	return 0;
}

void coexist_view_box_complete(const struct coexist_view_box *vbox,
			       struct coexist_view_memory *memory)
{
	if (vbox->guid != NULL) {
		(void)coexist_view_memory_complete(memory, &vbox->known,
					(uint32_t)coexist_day(ioloop_time));
	}
}

/* Returns 0, or -1 after logging why not. */
static int memory_read(struct coexist_view_box *vbox)
{
	ARRAY_TYPE(coexist_maildrop_folder) folders;

	if (coexist_view_store_read(vbox->user, vbox->guid, vbox->uidvalidity,
				    &vbox->memory) < 0)
		return -1;
	if (vbox->guid == NULL)
		return 0;
	if (coexist_maildrop_memory_read(vbox->user, &folders) < 0)
		return -1;
	coexist_maildrop_memory_recall(&folders, vbox->guid, vbox->uidvalidity,
				       &vbox->known);
	coexist_view_box_complete(vbox, &vbox->memory);
	return 0;
}

static void box_close(struct coexist_view_box *vbox)
{
	mail_free(&vbox->mail);
	(void)mailbox_transaction_commit(&vbox->t);
	mailbox_free(&vbox->box);
}

bool coexist_view_guid_note(ARRAY_TYPE(const_string) *guids, const char *guid)
{
	if (array_lsearch(guids, &guid, i_strcmp_p) != NULL)
		return FALSE;
	array_push_back(guids, &guid);
	return TRUE;
}

/* Returns 1, 0 if the mailbox is left out or in the list already, or -1 after logging an
   error. */
static int
box_open(struct mail_user *user, const char *name,
	 ARRAY_TYPE(const_string) *guids, struct coexist_view_box *vbox_r)
{
	bool is_inbox = strcmp(name, "INBOX") == 0;
	const char *guid;
	int ret = 1;

	i_zero(vbox_r);
	vbox_r->user = user;
	vbox_r->policy = coexist_session_policy_get(user);
	vbox_r->box = is_inbox ? coexist_notice_inbox(user) :
		box_alloc(user, name);
	if (box_prepare(vbox_r->box, is_inbox, &guid) < 0)
		ret = box_leave_out(vbox_r->box, is_inbox);
	else if (!coexist_view_guid_note(guids, guid))
		ret = 0;
	if (ret <= 0) {
		mailbox_free(&vbox_r->box);
		return ret;
	}
	vbox_r->guid = is_inbox ? NULL : guid;
	vbox_r->t = mailbox_transaction_begin(vbox_r->box, 0, "coexist view");
	vbox_r->mail = mail_alloc(vbox_r->t, MAIL_FETCH_RECEIVED_DATE, NULL);
	vbox_r->uidvalidity =
		mail_index_get_header(vbox_r->t->view)->uid_validity;
	vbox_r->count = mail_index_view_get_messages_count(vbox_r->t->view);
	if (memory_read(vbox_r) == 0)
		return 1;
	e_error(user->event, "coexist: What POP3 is shown of %s can't be found "
		"out, see the warning before", name);
	box_close(vbox_r);
	return -1;
}

static int
box_do(struct mail_user *user, const char *name,
       ARRAY_TYPE(const_string) *guids, coexist_view_walk_t *func, void *context)
{
	struct coexist_view_box vbox;
	int ret = box_open(user, name, guids, &vbox);

	if (ret <= 0)
		return ret;
	ret = func(&vbox, context);
	box_close(&vbox);
	return ret;
}

int coexist_view_walk_inbox(struct mail_user *user, coexist_view_walk_t *func,
			    void *context)
{
	ARRAY_TYPE(const_string) guids;

	t_array_init(&guids, 1);
	return box_do(user, "INBOX", &guids, func, context);
}

int coexist_view_walk(struct mail_user *user, coexist_view_walk_t *func,
		      void *context)
{
	const struct coexist_maildrop_refused *refused;
	struct coexist_maildrop_folders folders;
	ARRAY_TYPE(const_string) guids;
	const char *name, *error;
	int ret = 0;

	if (coexist_maildrop_folders_find(user,
			coexist_session_policy_get(user), &folders,
			&error) < 0) {
		e_error(user->event, "coexist: %s", error);
		return -1;
	}
	if (array_count(&folders.names) > COEXIST_MAILDROP_FOLDERS_MAX) {
		e_warning(user->event, "coexist: POP3 is shown INBOX alone: "
			  "pop3_folders are more than %u mailboxes",
			  COEXIST_MAILDROP_FOLDERS_MAX);
		return coexist_view_walk_inbox(user, func, context);
	}
	array_foreach(&folders.refused, refused) {
		e_info(user->event, "coexist: POP3 is not shown %s: %s",
		       refused->name, refused->why);
	}
	t_array_init(&guids, 32);
	array_foreach_elem(&folders.names, name) {
		if (box_do(user, name, &guids, func, context) < 0)
			ret = -1;
	}
	return ret;
}

time_t coexist_view_box_received(struct coexist_view_box *vbox, uint32_t seq)
{
	time_t received;

	mail_set_seq(vbox->mail, seq);
	return mail_get_received_date(vbox->mail, &received) < 0 ?
		(time_t)-1 : received;
}
