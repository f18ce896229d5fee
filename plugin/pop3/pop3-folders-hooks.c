/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-folders-hooks.h. */

#include "pop3-common.h"
#include "pop3-folders-hooks.h"
#include "array.h"
#include "index-storage.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "compat-namespace.h"
#include "coexist-event.h"
#include "maildrop-folders.h"
#include "pop3-folders.h"
#include "pop3-folders-changes.h"
#include "pop3-folders-failure.h"
#include "pop3-folders-place.h"
#include "pop3-folders-uidl.h"
#include "pop3-mark.h"
#include "session-policy.h"
#include "storage-driver.h"
#include "user-hooks.h"

#define POP3_FOLDERS_STORAGE_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_folders_storage_module)
#define POP3_FOLDERS_MAILBOX_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_folders_mailbox_module)

#define VIRTUAL_DRIVER "virtual"
/* No mailbox of the user's has a name that begins so. */
#define NAMESPACE_PREFIX "dovecot-coexist-maildrop/"

/* What the hooks know of the user's maildrop. */
struct folders_session {
	struct pop3_folders folders;
	struct pop3_folders_place place;
	/* INBOX could not be synced at QUIT */
	bool sync_failed;
};

struct pop3_folders_storage {
	union mail_storage_module_context module_ctx;
	struct pop3_folders *folders;
};

/* Of the virtual mailbox, and of each real one. */
struct pop3_folders_mailbox {
	union mailbox_module_context module_ctx;
	struct pop3_folders *folders;
	/* NULL for the virtual one, and for one that is not in the list */
	struct pop3_folder *folder;
	/* of a real one, what was outermost before outside_watch() */
	struct mailbox_vfuncs outer;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_folders_storage_module,
				  &mail_storage_module_register);
static MODULE_CONTEXT_DEFINE_INIT(pop3_folders_mailbox_module,
				  &mail_storage_module_register);
static MODULE_CONTEXT_DEFINE_INIT(pop3_folders_error_module,
				  &mail_storage_module_register);

static struct folders_session *session_of(struct pop3_folders *folders)
{
	return container_of(folders, struct folders_session, folders);
}

/* The real mailboxes */

/* The login decides what becomes of one that can't be had. Later a message of it is gone,
   which is nobody's error. */
static void error_judge(struct pop3_folders_mailbox *fbox)
{
	if (fbox->folders->client->trans == NULL)
		(void)pop3_folders_leave_out(fbox->folders, fbox->folder);
}

static int pop3_folders_real_open(struct mailbox *box)
{
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);

	/* virtual opens what it has closed; its index may be kept open nevertheless */
	if (fbox->folder->id != 0 && pop3_folder_is_replaced(fbox->folder)) {
		mail_storage_set_error(box->storage, MAIL_ERROR_NOTFOUND,
				       T_MAIL_ERR_MAILBOX_NOT_FOUND(box->vname));
		return -1;
	}
	if (fbox->outer.open(box) == 0)
		return 0;
	error_judge(fbox);
	return -1;
}

static int
pop3_folders_real_sync_deinit(struct mailbox_sync_context *ctx,
			      struct mailbox_sync_status *status_r)
{
	struct mailbox *box = ctx->box;
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);

	if (fbox->outer.sync_deinit(ctx, status_r) == 0)
		return 0;
	error_judge(fbox);
	return -1;
}

static int
pop3_folders_real_get_status(struct mailbox *box,
			     enum mailbox_status_items items,
			     struct mailbox_status *status_r)
{
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);
	int ret;

	ret = fbox->outer.get_status(box, items, status_r);
	if (ret < 0)
		error_judge(fbox);
	return ret;
}

/* An mbox has no GUID if its index is in memory, or if it is read-only and nobody has given
   it one. Dovecot's index of all mailboxes returns 1 where it knows the answer. */
static int
pop3_folders_real_get_metadata(struct mailbox *box,
			       enum mailbox_metadata_items items,
			       struct mailbox_metadata *metadata_r)
{
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);
	int ret;

	ret = fbox->outer.get_metadata(box, items, metadata_r);
	if (ret < 0)
		error_judge(fbox);
	return ret;
}

/* What a commit that has saved nothing says, as index_transaction_commit() does
   (lib-storage/index/index-transaction.c). */
static void
no_changes(struct mail_transaction_commit_changes *changes_r)
{
	i_zero(changes_r);
	changes_r->pool = pool_alloconly_create("coexist no changes", 128);
	p_array_init(&changes_r->saved_uids, changes_r->pool, 1);
}

/* There is nothing to commit but what Dovecot caches of messages. */
static int
pop3_folders_real_commit(struct mailbox_transaction_context *t,
			 struct mail_transaction_commit_changes *changes_r)
{
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(t->box);

	if (pop3_folder_is_replaced(fbox->folder)) {
		fbox->outer.transaction_rollback(t);
		no_changes(changes_r);
		return 0;
	}
	return fbox->outer.transaction_commit(t, changes_r);
}

/* From outside of all other plugins, because it is the acl plugin's no that has to be
   heard. They have their hooks in the mailbox by now, and it is not opened yet. */
static void outside_watch(struct mailbox *box)
{
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);

	fbox->outer = box->v;
	box->v.open = pop3_folders_real_open;
	box->v.sync_deinit = pop3_folders_real_sync_deinit;
	box->v.get_status = pop3_folders_real_get_status;
	box->v.get_metadata = pop3_folders_real_get_metadata;
	box->v.transaction_commit = pop3_folders_real_commit;
}

static void all_watch(struct pop3_folders *folders)
{
	struct pop3_folder *folder;

	array_foreach_elem(&folders->all, folder) {
		if (!folder->is_inbox)
			outside_watch(folder->box);
	}
}

/* The virtual mailbox */

/* Opens it as this session has defined it. */
static int defined_open(struct pop3_folders_mailbox *fbox, struct mailbox *box)
{
	struct pop3_folders_place *place = &session_of(fbox->folders)->place;
	const char *error;

	if (pop3_folders_place_define(fbox->folders->user, place,
				      &fbox->folders->names, &error) < 0) {
		mailbox_set_critical(box, "coexist: %s", error);
		return -1;
	}
	if (fbox->module_ctx.super.open(box) < 0)
		return -1;
	if (pop3_folders_place_is_defined(place))
		return 0;
	/* what the other list has not would leave the view */
	fbox->module_ctx.super.close(box);
	mailbox_set_critical(box, "coexist: pop3_folders: Another session has "
			     "begun with another list at the same moment");
	return -1;
}

static int pop3_folders_open(struct mailbox *box)
{
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);
	struct pop3_folders *folders = fbox->folders;
	int ret = defined_open(fbox, box);

	/* it is read when the mailbox is opened, and never again */
	pop3_folders_place_remove(folders->user, &session_of(folders)->place);
	if (ret < 0)
		array_clear(&folders->all);
	else
		all_watch(folders);
	return ret;
}

/* The client has said QUIT: INBOX is synced in place of the virtual mailbox. Others are
   as pop3-folders-changes.c leaves them. */
static struct mailbox_sync_context *
quit_sync_init(struct pop3_folders_mailbox *fbox, struct mailbox *box,
	       enum mailbox_sync_flags flags)
{
	struct index_mailbox_context *ibox = INDEX_STORAGE_CONTEXT(box);
	struct pop3_folders *folders = fbox->folders;
	struct pop3_folder *folder;

	array_foreach_elem(&folders->all, folder) {
		if (folder->is_inbox && folder->box->opened &&
		    mailbox_sync(folder->box, flags) < 0)
			session_of(folders)->sync_failed = TRUE;
	}
	/* nothing is left to look at */
	ibox->sync_last_check = ioloop_time;
	return fbox->module_ctx.super.sync_init(box, MAILBOX_SYNC_FLAG_FAST);
}

static struct mailbox_sync_context *
pop3_folders_sync_init(struct mailbox *box, enum mailbox_sync_flags flags)
{
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);
	struct mailbox_sync_context *ctx;

	if (fbox->folders->client->quit_seen)
		return quit_sync_init(fbox, box, flags);
	fbox->folders->syncing = TRUE;
	ctx = fbox->module_ctx.super.sync_init(box, flags);
	fbox->folders->syncing = FALSE;
	return ctx;
}

static void error_copy(struct mailbox *to, struct mailbox *from)
{
	enum mail_error error;
	const char *text = mailbox_get_last_error(from, &error);

	mail_storage_set_error(to->storage, error, text);
}

static int
pop3_folders_sync_deinit(struct mailbox_sync_context *ctx,
			 struct mailbox_sync_status *status_r)
{
	struct mailbox *box = ctx->box;
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);
	struct pop3_folder *inbox;

	if (fbox->module_ctx.super.sync_deinit(ctx, status_r) < 0)
		return -1;
	if (!session_of(fbox->folders)->sync_failed)
		return 0;
	inbox = pop3_folders_find_name(fbox->folders, "INBOX");
	if (inbox != NULL)
		error_copy(box, inbox->box);
	return -1;
}

static struct pop3_folders_mailbox *
mailbox_context(struct pop3_folders *folders, struct mailbox *box)
{
	struct pop3_folders_mailbox *fbox =
		p_new(box->pool, struct pop3_folders_mailbox, 1);

	fbox->folders = folders;
	fbox->module_ctx.super = *box->vlast;
	box->vlast = &fbox->module_ctx.super;
	MODULE_CONTEXT_SET(box, pop3_folders_mailbox_module, fbox);
	return fbox;
}

static void virtual_box_hook(struct pop3_folders *folders, struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;

	(void)mailbox_context(folders, box);
	v->open = pop3_folders_open;
	v->sync_init = pop3_folders_sync_init;
	v->sync_deinit = pop3_folders_sync_deinit;
}

/* The real mailboxes are made */

static int
pop3_folders_real_exists(struct mailbox *box, bool auto_boxes,
			 enum mailbox_existence *existence_r)
{
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);

	*existence_r = MAILBOX_EXISTENCE_NONE;
	if (fbox->folder == NULL)
		return 0;
	if (fbox->module_ctx.super.exists(box, auto_boxes, existence_r) == 0)
		return 0;
	*existence_r = MAILBOX_EXISTENCE_NONE;
	return pop3_folders_leave_out(fbox->folders, fbox->folder) ? 0 : -1;
}

/* The virtual plugin wants to know whether a mailbox is the one that it has listed, and of
   INBOX nobody else asks for that: one without a GUID is to be read nevertheless. */
static int
pop3_folders_inbox_get_metadata(struct mailbox *box,
				enum mailbox_metadata_items items,
				struct mailbox_metadata *metadata_r)
{
	static const guid_128_t inbox_guid = {
		'c', 'o', 'e', 'x', 'i', 's', 't', ' ', 'I', 'N', 'B', 'O', 'X'
	};
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);
	enum mail_error error;
	int ret;

	ret = fbox->module_ctx.super.get_metadata(box, items, metadata_r);
	if (ret >= 0)
		return ret;
	error = mailbox_get_last_mail_error(box);
	if (items != MAILBOX_METADATA_GUID ||
	    (error != MAIL_ERROR_NOTPOSSIBLE && error != MAIL_ERROR_PERM))
		return -1;
	guid_128_copy(metadata_r->guid, inbox_guid);
	return 0;
}

/* One that is not there is freed at once, and another one may get its place in memory. */
static void pop3_folders_real_free(struct mailbox *box)
{
	struct pop3_folders_mailbox *fbox = POP3_FOLDERS_MAILBOX_CONTEXT(box);
	ARRAY_TYPE(pop3_folder) *all = &fbox->folders->all;
	struct pop3_folder *folder;
	unsigned int i;

	for (i = 0; i < array_count(all); i++) {
		folder = array_idx_elem(all, i);
		if (folder->box != box)
			continue;
		array_delete(all, i, 1);
		break;
	}
	fbox->module_ctx.super.free(box);
}

static struct pop3_folder *
folder_add(struct pop3_folders *folders, struct mailbox *box)
{
	struct pop3_folder *folder;
	const char *name;

	array_foreach_elem(&folders->names, name) {
		if (strcmp(name, box->vname) != 0)
			continue;
		folder = p_new(folders->client->pool, struct pop3_folder, 1);
		folder->box = box;
		folder->name = name;
		folder->is_inbox = box->inbox_user;
		array_push_back(&folders->all, &folder);
		return folder;
	}
	return NULL;
}

static void real_box_hook(struct pop3_folders *folders, struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	struct pop3_folder *folder = folder_add(folders, box);
	struct pop3_folders_mailbox *fbox;

	fbox = mailbox_context(folders, box);
	fbox->folder = folder;
	v->free = pop3_folders_real_free;
	if (folder != NULL && folder->is_inbox) {
		v->get_metadata = pop3_folders_inbox_get_metadata;
		return;
	}
	/* \Recent is INBOX's: of other mailboxes IMAP has to see it */
	box->flags &= ENUM_NEGATE(MAILBOX_FLAG_DROP_RECENT);
	v->exists = pop3_folders_real_exists;
}

static int pop3_folders_error_open(struct mailbox *box)
{
	struct pop3_folders *folders =
		pop3_folders_get_wanted(box->storage->user);

	mailbox_set_critical(box, "coexist: pop3_folders: %s", folders->error);
	return -1;
}

/* Without the others, INBOX would be all that the program has not forgotten. */
static void error_box_hook(struct mailbox *box)
{
	union mailbox_module_context *ebox =
		p_new(box->pool, union mailbox_module_context, 1);
	struct mailbox_vfuncs *v = box->vlast;

	ebox->super = *v;
	box->vlast = &ebox->super;
	v->open = pop3_folders_error_open;
	MODULE_CONTEXT_SET_SELF(box, pop3_folders_error_module, ebox);
}

void pop3_folders_mailbox_allocated(struct mailbox *box)
{
	struct pop3_folders *wanted =
		pop3_folders_get_wanted(box->storage->user);
	struct pop3_folders *folders = pop3_folders_get(box->storage->user);

	if (wanted != NULL && wanted->error != NULL &&
	    (box->flags & MAILBOX_FLAG_POP3_SESSION) != 0) {
		error_box_hook(box);
		return;
	}
	if (folders == NULL || folders->box == NULL ||
	    (box->flags & MAILBOX_FLAG_POP3_SESSION) == 0)
		return;
	if (box == folders->box)
		virtual_box_hook(folders, box);
	else
		real_box_hook(folders, box);
}

/* Dovecot asks for INBOX */

static struct mailbox *
pop3_folders_mailbox_alloc(struct mail_storage *storage,
			   struct mailbox_list *list, const char *vname,
			   enum mailbox_flags flags)
{
	struct pop3_folders_storage *fstorage =
		POP3_FOLDERS_STORAGE_CONTEXT(storage);
	struct pop3_folders *folders = fstorage->folders;

	if (folders->ns == NULL || folders->box != NULL ||
	    (flags & MAILBOX_FLAG_POP3_SESSION) == 0 ||
	    strcmp(vname, "INBOX") != 0) {
		return fstorage->module_ctx.super.mailbox_alloc(storage, list,
								vname, flags);
	}
	storage = folders->ns->storage;
	folders->box = storage->v.mailbox_alloc(storage, folders->ns->list,
		NAMESPACE_PREFIX POP3_FOLDERS_MAILBOX, flags);
	return folders->box;
}

void pop3_folders_storage_created(struct mail_storage *storage)
{
	struct pop3_folders *folders = pop3_folders_get_wanted(storage->user);
	struct mail_storage_vfuncs *v = storage->vlast;
	struct pop3_folders_storage *fstorage;

	if (folders == NULL || coexist_storage_is_virtual(storage))
		return;
	fstorage = p_new(storage->pool, struct pop3_folders_storage, 1);
	fstorage->folders = folders;
	fstorage->module_ctx.super = *v;
	storage->vlast = &fstorage->module_ctx.super;
	v->mailbox_alloc = pop3_folders_mailbox_alloc;
	MODULE_CONTEXT_SET(storage, pop3_folders_storage_module, fstorage);
}

/* The session */

static void
refused_log(struct mail_user *user,
	    const struct coexist_maildrop_folders *found)
{
	const struct coexist_maildrop_refused *refused;

	array_foreach(&found->refused, refused) {
		e_info(user->event, "coexist: POP3 is not shown %s: %s",
		       refused->name, refused->why);
	}
}

/* Returns 0, or -1 and an error. *why_r is NULL, or why the session has INBOX alone. */
static int names_find(struct pop3_folders *folders, bool *is_alone_r,
		      const char **why_r, const char **error_r)
{
	const struct coexist_policy *policy =
		coexist_session_policy_get(folders->user);
	struct coexist_maildrop_folders found;
	const char *name;

	*is_alone_r = FALSE;
	*why_r = NULL;
	if (coexist_maildrop_folders_find(folders->user, policy, &found,
					  error_r) < 0) {
		if (!pop3_folders_failure_lasts(folders))
			return -1;
		coexist_maildrop_unusable_log(folders->user,
					      "what can't be listed", *error_r);
	}
	refused_log(folders->user, &found);
	if (array_count(&found.names) > COEXIST_MAILDROP_FOLDERS_MAX) {
		*why_r = t_strdup_printf("they are more than %u mailboxes",
					 COEXIST_MAILDROP_FOLDERS_MAX);
		return 0;
	}
	array_foreach_elem(&found.names, name) {
		name = p_strdup(folders->user->pool, name);
		array_push_back(&folders->names, &name);
	}
	*is_alone_r = array_count(&folders->names) == 1;
	return 0;
}

/* As names_find(). */
static int virtual_make(struct pop3_folders *folders, const char **why_r,
			const char **error_r)
{
	struct coexist_virtual_namespace set = { .prefix = NAMESPACE_PREFIX };
	struct mail_namespace *ns;

	if (mail_storage_find_class(VIRTUAL_DRIVER) == NULL) {
		*why_r = "the plugin virtual is not in the mail_plugins of "
			"protocol pop3";
		return 0;
	}
	if (pop3_folders_place_make(folders->user, &folders->names,
				    &session_of(folders)->place, error_r) < 0)
		return -1;
	set.folder = session_of(folders)->place.folder;
	set.index_in_memory = session_of(folders)->place.is_temporary;
	if (coexist_virtual_namespace_add(folders->user, &set, &ns,
					  error_r) < 0)
		return -1;
	folders->ns = ns;
	return 0;
}

static void start(struct pop3_folders *folders)
{
	const char *why, *error;
	bool is_alone;
	int ret = names_find(folders, &is_alone, &why, &error);

	if (ret == 0 && why == NULL && !is_alone)
		ret = virtual_make(folders, &why, &error);
	if (ret < 0 && pop3_folders_failure_lasts(folders)) {
		why = error;
		ret = 0;
	}
	if (ret < 0) {
		/* a view of INBOX alone would be one that all else has left */
		folders->error = p_strdup(folders->user->pool, error);
	} else if (why != NULL) {
		e_warning(folders->user->event, "coexist: POP3 is shown INBOX "
			  "alone, and no pop3_folders: %s", why);
	}
	coexist_trace(folders->user, "Maildrop: %u mailboxes",
		      folders->ns == NULL ? 1 : array_count(&folders->names));
}

void pop3_folders_namespaces_created(struct mail_namespace *namespaces)
{
	struct mail_user *user = namespaces->user;
	struct pop3_folders *folders = pop3_folders_get_wanted(user);

	if (folders == NULL || user->error != NULL)
		return;
	T_BEGIN {
		start(folders);
	} T_END;
}

static void pop3_folders_user_deinit(struct mail_user *user)
{
	struct pop3_folders *folders = pop3_folders_get_created(user);

	pop3_folders_uidl_deinit(&folders->uidl);
	/* the session ended before it opened the maildrop */
	pop3_folders_place_remove(user, &session_of(folders)->place);
	folders->module_ctx.super.deinit(user);
}

/* The storages of the mailbox are hooked when they are created, which is before
   anybody knows what the owner chose. */
static bool may_be_wanted(struct mail_user *user)
{
	return coexist_maildrop_folders_wanted(
			coexist_session_policy_get(user)) ||
		(coexist_session_policy_get_open(user) &
		 BIT(COEXIST_OPENABLE_pop3_folders)) != 0;
}

void pop3_folders_choose(struct client *client)
{
	struct pop3_folders *folders = pop3_folders_get_wanted(client->user);

	if (folders != NULL) {
		folders->unwanted = !coexist_maildrop_folders_wanted(
			coexist_session_policy_get(client->user));
	}
}

void pop3_folders_create(struct client *client)
{
	struct mail_user *user = client->user;
	struct folders_session *session;
	struct pop3_folders *folders;

	if (!may_be_wanted(user))
		return;
	session = p_new(user->pool, struct folders_session, 1);
	folders = &session->folders;
	folders->client = client;
	folders->user = user;
	p_array_init(&folders->names, user->pool, 32);
	p_array_init(&folders->all, user->pool, 32);
	p_array_init(&folders->changes, user->pool, 8);
	folders->uidl = pop3_folders_uidl_init(client, folders);
	folders->failure = pop3_folders_failure_init(folders);
	folders->module_ctx.super = user->v;
	user->v.deinit = pop3_folders_user_deinit;
	pop3_folders_set(user, folders);
	coexist_user_hooks_add(user, COEXIST_HOOKS_POP3_FOLDERS);
}
