/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-metadata.h. */

#include "lib.h"
#include "owner-metadata.h"
#include "array.h"
#include "ioloop.h"
#include "istream.h"
#include "mail-index.h"
#include "mail-storage-private.h"
#include "owner-change.h"
#include "owner-file.h"
#include "owner-keys.h"
#include "owner-snapshot.h"
#include "owner-undo.h"
#include "owner-values.h"
#include "session-policy.h"
#include "user-hooks.h"

#define OWNER_MAILBOX_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, owner_mailbox_module)
#define OWNER_TRANSACTION_CONTEXT(obj) \
	MODULE_CONTEXT(obj, owner_transaction_module)

struct owner_mailbox {
	union mailbox_module_context module_ctx;
	/* A client's command has a mailbox of its own. */
	struct coexist_owner_snapshot snapshot;
};

struct owner_transaction {
	union mailbox_transaction_module_context module_ctx;
	struct coexist_owner_change change;
	/* NULL, or the session that is to be undone, and nothing else then */
	char *undo;
};

static MODULE_CONTEXT_DEFINE_INIT(owner_mailbox_module,
				  &mail_storage_module_register);
static MODULE_CONTEXT_DEFINE_INIT(owner_transaction_module,
				  &mail_storage_module_register);

static enum coexist_owner_entry
entry_parse(struct mailbox *box, enum mail_attribute_type type_flags,
	    const char *name, enum coexist_openable *openable_r)
{
	bool is_private = (type_flags & MAIL_ATTRIBUTE_TYPE_MASK) ==
		MAIL_ATTRIBUTE_TYPE_PRIVATE;

	return coexist_owner_entry_parse(name, is_private, box->inbox_user,
					 openable_r);
}

/* Reading */

static void snapshot_renew(struct mailbox *box)
{
	struct owner_mailbox *obox = OWNER_MAILBOX_CONTEXT(box);

	coexist_owner_snapshot_init(&obox->snapshot, box->storage->user,
				    box->pool);
}

/* dsync has a mailbox open for long, and compares times with what holds now: an older
   choice must not take the place of one that was made meanwhile. */
static struct coexist_owner_snapshot *snapshot_get(struct mailbox *box)
{
	struct owner_mailbox *obox = OWNER_MAILBOX_CONTEXT(box);

	if (box->storage->user->dsyncing)
		snapshot_renew(box);
	return &obox->snapshot;
}

static int
owner_attribute_get(struct mailbox *box, enum mail_attribute_type type_flags,
		    const char *name, struct mail_attribute_value *value_r)
{
	struct owner_mailbox *obox = OWNER_MAILBOX_CONTEXT(box);
	enum coexist_openable openable = 0;
	enum coexist_owner_entry entry =
		entry_parse(box, type_flags, name, &openable);

	switch (entry) {
	case COEXIST_OWNER_ENTRY_FOREIGN:
	case COEXIST_OWNER_ENTRY_MISPLACED:
		return obox->module_ctx.super.attribute_get(box, type_flags,
							    name, value_r);
	case COEXIST_OWNER_ENTRY_UNKNOWN:
		return 0;
	default:
		break;
	}
	value_r->value = coexist_owner_value_get(snapshot_get(box), entry,
						 openable,
						 &value_r->last_change);
	if (value_r->value == NULL)
		return 0;
	if (entry != COEXIST_OWNER_ENTRY_CHOICE)
		value_r->flags |= MAIL_ATTRIBUTE_VALUE_FLAG_READONLY;
	return 1;
}

/* Our names first, then those of whoever is next. */
struct owner_iter {
	struct mailbox_attribute_iter iter;
	struct mailbox_attribute_iter *super;
	pool_t pool;
	ARRAY_TYPE(const_string) names;
	unsigned int idx;
};

/* Adds the name if it begins with the prefix, without it. */
static void name_add(struct owner_iter *iter, const char *prefix,
		     enum coexist_owner_entry entry,
		     enum coexist_openable openable)
{
	const char *name = coexist_owner_entry_name(entry, openable);
	time_t ignored;

	if (strncmp(name, prefix, strlen(prefix)) != 0 ||
	    coexist_owner_value_get(snapshot_get(iter->iter.box), entry,
				    openable, &ignored) == NULL)
		return;
	name = p_strdup(iter->pool, name + strlen(prefix));
	array_push_back(&iter->names, &name);
}

static void names_add(struct owner_iter *iter, const char *prefix)
{
	struct mail_user *user = iter->iter.box->storage->user;
	unsigned int entry, openable;

	for (entry = COEXIST_OWNER_ENTRY_CHOICE;
	     entry < COEXIST_OWNER_ENTRY_COUNT; entry++) {
		/* the rest is made of the policy of each side */
		if (user->dsyncing && entry != COEXIST_OWNER_ENTRY_CHOICE)
			break;
		if (!coexist_owner_entry_is_keys(entry)) {
			name_add(iter, prefix, entry, 0);
			continue;
		}
		for (openable = 0; openable < COEXIST_OPENABLE_COUNT;
		     openable++)
			name_add(iter, prefix, entry, openable);
	}
}

static struct mailbox_attribute_iter *
owner_attribute_iter_init(struct mailbox *box,
			  enum mail_attribute_type type_flags,
			  const char *prefix)
{
	struct owner_mailbox *obox = OWNER_MAILBOX_CONTEXT(box);
	pool_t pool = pool_alloconly_create("owner's choices", 1024);
	struct owner_iter *iter = p_new(pool, struct owner_iter, 1);

	iter->pool = pool;
	/* without it, Dovecot takes the iterator for one of its own wrappers */
	iter->iter.box = box;
	iter->super = obox->module_ctx.super.attribute_iter_init(box,
							type_flags, prefix);
	p_array_init(&iter->names, pool, 16);
	if (box->inbox_user && (type_flags & MAIL_ATTRIBUTE_TYPE_MASK) ==
	    MAIL_ATTRIBUTE_TYPE_PRIVATE) T_BEGIN {
		names_add(iter, prefix);
	} T_END;
	return &iter->iter;
}

static const char *
owner_attribute_iter_next(struct mailbox_attribute_iter *_iter)
{
	struct owner_iter *iter = container_of(_iter, struct owner_iter, iter);
	struct owner_mailbox *obox = OWNER_MAILBOX_CONTEXT(_iter->box);

	if (iter->idx < array_count(&iter->names))
		return array_idx_elem(&iter->names, iter->idx++);
	return obox->module_ctx.super.attribute_iter_next(iter->super);
}

static int owner_attribute_iter_deinit(struct mailbox_attribute_iter *_iter)
{
	struct owner_iter *iter = container_of(_iter, struct owner_iter, iter);
	struct owner_mailbox *obox = OWNER_MAILBOX_CONTEXT(_iter->box);
	pool_t pool = iter->pool;
	int ret = obox->module_ctx.super.attribute_iter_deinit(iter->super);

	pool_unref(&pool);
	return ret;
}

/* Writing */

static struct owner_transaction *
transaction_get(struct mailbox_transaction_context *t)
{
	struct owner_transaction *ot = OWNER_TRANSACTION_CONTEXT(t);

	if (ot == NULL) {
		ot = i_new(struct owner_transaction, 1);
		MODULE_CONTEXT_SET(t, owner_transaction_module, ot);
	}
	return ot;
}

static void transaction_free(struct mailbox_transaction_context *t)
{
	struct owner_transaction *ot = OWNER_TRANSACTION_CONTEXT(t);

	if (ot != NULL) {
		coexist_owner_change_deinit(&ot->change);
		i_free(ot->undo);
		i_free(ot);
	}
	MODULE_CONTEXT_UNSET(t, owner_transaction_module);
}

/* Returns 1 and the text, NULL for none; 0 if it is too long to be one; -1 if it is
   none, or could not be read. A client may send what it likes. */
static int
value_read(struct mailbox *box, const struct mail_attribute_value *value,
	   const char **text_r)
{
	uoff_t size;

	if (value->value_stream != NULL) {
		if (i_stream_get_size(value->value_stream, TRUE, &size) <= 0)
			return -1;
		if (size > COEXIST_OWNER_VALUE_MAX)
			return 0;
	}
	if (mailbox_attribute_value_to_string(box->storage, value, text_r) < 0)
		return -1;
	return *text_r == NULL || strlen(*text_r) <= COEXIST_OWNER_VALUE_MAX ?
		1 : 0;
}

/* Has the transaction note that the attribute changes. dsync passes by a mailbox whose
   highest modseq is as it was, and it never rises where nobody wants to know modseqs. */
static void
index_note(struct mailbox_transaction_context *t, const char *name,
	   const char *text, time_t when)
{
	(void)mailbox_enable(t->box, MAILBOX_FEATURE_CONDSTORE);
	if (text != NULL) {
		mail_index_attribute_set(t->itrans, TRUE, name, when,
					 (uint32_t)strlen(text));
	} else {
		mail_index_attribute_unset(t->itrans, TRUE, name, when);
	}
}

/* Returns TRUE if the transaction may have both what it has and this, and sets the
   error if not: choices are stored together, an undo stands for itself. */
static bool
may_join(struct mailbox_transaction_context *t, bool is_undo)
{
	struct owner_transaction *ot = transaction_get(t);

	if (ot->undo == NULL && (!is_undo || ot->change.changed == 0))
		return TRUE;
	coexist_owner_error_set(t->box, MAIL_ERROR_NOTPOSSIBLE,
		COEXIST_OWNER_REFUSAL_ALONE,
		coexist_owner_entry_label(COEXIST_OWNER_ENTRY_UNDO), NULL);
	return FALSE;
}

static int
undo_set(struct mailbox_transaction_context *t,
	 const struct mail_attribute_value *value)
{
	const char *session;
	int ret = value_read(t->box, value, &session);

	if (coexist_owner_undo_judge(t->box, ret <= 0 ? NULL : session,
				     ret) < 0 || !may_join(t, TRUE))
		return -1;
	transaction_get(t)->undo = i_strdup(session);
	return 0;
}

static int
choice_set(struct mailbox_transaction_context *t,
	   enum coexist_openable openable, const char *name,
	   const struct mail_attribute_value *value)
{
	struct mail_user *user = t->box->storage->user;
	time_t when = value->last_change != 0 ? value->last_change :
		ioloop_time;
	const char *text;
	int ret = value_read(t->box, value, &text);

	if (user->dsyncing) {
		/* what does not fit here must not stop all the rest */
		if (ret <= 0 || !coexist_owner_value_may_sleep(openable, text))
			return 0;
	} else if (coexist_owner_value_judge(t->box, openable,
					     ret <= 0 ? NULL : text,
					     ret) < 0 || !may_join(t, FALSE)) {
		return -1;
	}
	coexist_owner_change_add(&transaction_get(t)->change, openable, text,
				 when);
	index_note(t, name, text, when);
	return 0;
}

static int
owner_attribute_set(struct mailbox_transaction_context *t,
		    enum mail_attribute_type type_flags, const char *name,
		    const struct mail_attribute_value *value)
{
	struct owner_mailbox *obox = OWNER_MAILBOX_CONTEXT(t->box);
	enum coexist_openable openable = 0;
	enum coexist_owner_entry entry =
		entry_parse(t->box, type_flags, name, &openable);
	int ret;

	if (entry == COEXIST_OWNER_ENTRY_FOREIGN) {
		return obox->module_ctx.super.attribute_set(t, type_flags, name,
							    value);
	}
	T_BEGIN {
		if (entry == COEXIST_OWNER_ENTRY_CHOICE)
			ret = choice_set(t, openable, name, value);
		else if (t->box->storage->user->dsyncing)
			ret = 0;
		else if (entry == COEXIST_OWNER_ENTRY_UNDO)
			ret = undo_set(t, value);
		else {
			coexist_owner_entry_refuse(t->box, entry, openable);
			ret = -1;
		}
	} T_END;
	return ret;
}

/* Returns 0, or -1 with an error in the mailbox. */
static int owner_transaction_do(struct owner_transaction *ot, struct mailbox *box)
{
	if (ot->undo != NULL)
		return coexist_owner_undo_run(box, ot->undo);
	if (coexist_owner_change_store(&ot->change, box->storage->user) == 0)
		return 0;
	coexist_owner_failure_set(box, ot->change.changed);
	return -1;
}

static int
owner_transaction_commit(struct mailbox_transaction_context *t,
			 struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct owner_mailbox *obox = OWNER_MAILBOX_CONTEXT(box);
	struct owner_transaction *ot = OWNER_TRANSACTION_CONTEXT(t);
	const char *text;
	enum mail_error error;
	int ret = 0;

	if (ot != NULL) T_BEGIN {
		ret = owner_transaction_do(ot, box);
	} T_END;
	snapshot_renew(box);
	transaction_free(t);
	if (ret < 0) {
		/* the roll-back must not change what is said */
		text = t_strdup(mailbox_get_last_error(box, &error));
		obox->module_ctx.super.transaction_rollback(t);
		mail_storage_set_error(box->storage, error, text);
		return -1;
	}
	return obox->module_ctx.super.transaction_commit(t, changes_r);
}

static void
owner_transaction_rollback(struct mailbox_transaction_context *t)
{
	struct owner_mailbox *obox = OWNER_MAILBOX_CONTEXT(t->box);

	transaction_free(t);
	obox->module_ctx.super.transaction_rollback(t);
}

void coexist_owner_metadata_mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	struct owner_mailbox *obox;

	obox = p_new(box->pool, struct owner_mailbox, 1);
	obox->module_ctx.super = *v;
	coexist_owner_snapshot_init(&obox->snapshot, box->storage->user,
				    box->pool);
	box->vlast = &obox->module_ctx.super;
	v->attribute_get = owner_attribute_get;
	v->attribute_set = owner_attribute_set;
	v->attribute_iter_init = owner_attribute_iter_init;
	v->attribute_iter_next = owner_attribute_iter_next;
	v->attribute_iter_deinit = owner_attribute_iter_deinit;
	v->transaction_commit = owner_transaction_commit;
	v->transaction_rollback = owner_transaction_rollback;
	MODULE_CONTEXT_SET(box, owner_mailbox_module, obox);
}

void coexist_owner_metadata_user_created(struct mail_user *user)
{
	if (user->autocreated)
		return;
	if (strcmp(user->service, "doveadm") == 0 ||
	    (strcmp(user->service, "imap") == 0 &&
	     coexist_session_policy_get_open(user) != 0))
		coexist_user_hooks_add(user, COEXIST_HOOKS_OWNER);
}
