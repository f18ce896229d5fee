/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in special-mailbox.h. */

#include "lib.h"
#include "special-mailbox.h"
#include "mail-namespace.h"
#include "mail-index-private.h"
#include "mail-storage-private.h"
#include "mail-storage-settings.h"
#include "coexist/day.h"
#include "coexist-event.h"
#include "compat-mailbox.h"
#include "compat-settings.h"
#include "storage-driver.h"

#include <sys/stat.h>

#define TRASH_SPECIAL_USE "\\Trash"
#define TRASH_DEFAULT_NAME "Trash"
#define SENT_SPECIAL_USE "\\Sent"
#define SENT_DEFAULT_NAME "Sent"
#define JUNK_SPECIAL_USE "\\Junk"
#define JUNK_DEFAULT_NAME "Junk"

static const char *
name_with_prefix(const struct mail_namespace *ns, const char *name)
{
	return strncmp(name, ns->prefix, strlen(ns->prefix)) == 0 ? name :
		t_strconcat(ns->prefix, name, NULL);
}

/* Returns the name with the separator of the user's namespaces, which dovecot.conf
   need not know: a slash has no other meaning in it. */
static const char *
name_with_separator(const struct mail_user *user, const char *name)
{
	struct mail_namespace *inbox =
		mail_namespace_find_inbox(user->namespaces);

	return t_str_replace(name, '/', mail_namespace_get_sep(inbox));
}

/* Returns the namespace and full name for a name in dovecot.conf, which may begin
   with the prefix of a namespace: in any other, that one would hide it. */
static const char *
name_find(struct mail_user *user, const char *name,
	  struct mail_namespace **ns_r)
{
	*ns_r = mail_namespace_find(user->namespaces, name);
	if (*(*ns_r)->prefix != '\0')
		return name;
	name = name_with_separator(user, name);
	*ns_r = mail_namespace_find(user->namespaces, name);
	if (*(*ns_r)->prefix != '\0')
		return name;
	*ns_r = mail_namespace_find_inbox(user->namespaces);
	return name_with_prefix(*ns_r, name);
}

/* Returns the namespace and full name of the mailbox that dovecot.conf names
   for the special use, else of the fallback, and why it is that one. */
static const char *
mailbox_to_create(struct mail_user *user, const char *special_use,
		  const char *fallback, struct mail_namespace **ns_r,
		  const char **why_r)
{
	struct mail_namespace *ns;
	const char *name;

	for (ns = user->namespaces; special_use != NULL && ns != NULL;
	     ns = ns->next) {
		name = coexist_namespace_configured(ns, special_use);
		if (name != NULL && ns->type == MAIL_NAMESPACE_TYPE_PRIVATE) {
			*ns_r = ns;
			*why_r = "dovecot.conf names it for the special use";
			return name_with_prefix(ns, name);
		}
	}
	*why_r = special_use == NULL ? "archive_mailbox names it" :
		"none has the special use, and dovecot.conf names none";
	return name_find(user, fallback, ns_r);
}

/* Returns -1 with the error in the mailbox. Opened to save into, imapc asks its
   server nothing and opens what is not there. Of what is not there in the
   virtual plugin's, Dovecot 2.4 only says that it does not know. */
static int open_existing(struct mailbox *box)
{
	enum mailbox_existence existence = MAILBOX_EXISTENCE_NONE;
	bool is_virtual = coexist_storage_is_virtual(box->storage);

	if (!coexist_storage_is_imapc(box->storage) && !is_virtual)
		return mailbox_open(box);
	if (mailbox_exists(box, /*auto_boxes=*/FALSE, &existence) < 0 &&
	    !is_virtual)
		return -1;
	if (existence == MAILBOX_EXISTENCE_SELECT)
		return mailbox_open(box);
	mail_storage_set_error(box->storage, MAIL_ERROR_NOTFOUND,
			       T_MAIL_ERR_MAILBOX_NOT_FOUND(box->vname));
	return -1;
}

static int open_or_create(struct mailbox *box)
{
	if (open_existing(box) == 0)
		return 0;
	if (mailbox_get_last_mail_error(box) != MAIL_ERROR_NOTFOUND)
		return -1;
	if (coexist_storage_is_virtual(box->storage)) {
		mail_storage_set_error(box->storage, MAIL_ERROR_NOTPOSSIBLE,
				       "Can't create virtual mailboxes");
		return -1;
	}
	if (mailbox_create(box, NULL, FALSE) < 0) {
		/* somebody else may have been faster */
		if (mailbox_get_last_mail_error(box) != MAIL_ERROR_EXISTS)
			return -1;
	} else if (mailbox_set_subscribed(box, TRUE) < 0) {
		e_warning(box->event, "coexist: Can't subscribe to the new "
			  "mailbox: %s",
			  mailbox_get_last_internal_error(box, NULL));
	}
	return mailbox_open(box);
}

static void trace_choice(struct mailbox *box, const char *why)
{
	coexist_trace(box->storage->user, "Messages go to %s: %s", box->vname,
		      why);
}

/* Opens the mailbox that exists with the special use. Returns NULL if there is
   none. */
static struct mailbox *
special_use_open(struct mail_user *user, const char *special_use,
		 enum mailbox_flags flags, int *ret_r)
{
	struct mailbox *box =
		mailbox_alloc_for_user(user, special_use,
				       flags | MAILBOX_FLAG_SPECIAL_USE);

	*ret_r = open_existing(box);
	if (*ret_r < 0 &&
	    mailbox_get_last_mail_error(box) == MAIL_ERROR_NOTFOUND) {
		mailbox_free(&box);
		return NULL;
	}
	trace_choice(box, "has the special use");
	return box;
}

/* Opens the mailbox for a special use, which may be NULL, or the fallback. */
static struct mailbox *
special_mailbox_open(struct mail_user *user, const char *special_use,
		     const char *fallback, int *ret_r)
{
	struct mail_namespace *ns;
	struct mailbox *box;
	const char *name, *why;

	if (special_use != NULL) {
		box = special_use_open(user, special_use, MAILBOX_FLAG_SAVEONLY,
				       ret_r);
		if (box != NULL)
			return box;
	}

	name = mailbox_to_create(user, special_use, fallback, &ns, &why);
	box = mailbox_alloc(ns->list, name, MAILBOX_FLAG_SAVEONLY);
	trace_choice(box, why);
	*ret_r = open_or_create(box);
	return box;
}

/* Returns -1 with the error in the mailbox if a maildir has no list of UIDs and
   none can be written, because the disk is full: maildir_save_sync_index()
   would panic (first_uid != 0). */
static int maildir_check_uidlist(struct mailbox *box)
{
	const char *folder, *path;
	struct stat st;

	if (strcmp(box->storage->name, "maildir") != 0 ||
	    mailbox_get_path_to(box, MAILBOX_LIST_PATH_TYPE_CONTROL,
				&folder) <= 0)
		return 0;
	path = t_strconcat(folder, "/dovecot-uidlist", NULL);
	if (stat(path, &st) == 0)
		return 0;
	/* it makes one */
	if (mailbox_sync(box, 0) < 0)
		return -1;
	if (stat(path, &st) == 0)
		return 0;
	mail_storage_set_error(box->storage, MAIL_ERROR_TEMP,
			       "Can't write the list of UIDs");
	return -1;
}

static struct mailbox *
target_open(struct mail_user *user, enum coexist_delete action, int *ret_r)
{
	if (action == COEXIST_DELETE_TRASH) {
		return special_mailbox_open(user, TRASH_SPECIAL_USE,
					    TRASH_DEFAULT_NAME, ret_r);
	}
	return special_mailbox_open(user, NULL,
		coexist_site_setting_get(user, COEXIST_SITE_archive_mailbox),
		ret_r);
}

/* An mdbox of Dovecot 2.4 panics when it saves into a mailbox whose index can only be
   read, as on a read-only file system: mdbox_transaction_save_commit_pre(). */
static int mdbox_check_index(struct mailbox *box)
{
	if (!coexist_storage_is_mdbox(box->storage) || !box->index->readonly)
		return 0;
	mail_storage_set_error(box->storage, MAIL_ERROR_TEMP,
			       "Can't write the index");
	return -1;
}

/* Asks of a mailbox that was opened whether it can take messages. */
static void check_save(struct mailbox *box, int *ret)
{
	if (*ret == 0)
		*ret = coexist_storage_check_save(box);
	if (*ret == 0)
		*ret = maildir_check_uidlist(box);
	if (*ret == 0)
		*ret = mdbox_check_index(box);
}

struct mailbox *
coexist_delete_target_open(struct mail_user *user, enum coexist_delete action,
			   int *ret_r)
{
	struct mailbox *box = target_open(user, action, ret_r);

	check_save(box, ret_r);
	return box;
}

struct mailbox *coexist_sent_mailbox_open(struct mail_user *user, int *ret_r)
{
	struct mailbox *box = special_mailbox_open(user, SENT_SPECIAL_USE,
						   SENT_DEFAULT_NAME, ret_r);

	check_save(box, ret_r);
	return box;
}

/* Opens the mailbox with the special use, which may be NULL, or that which dovecot.conf
   names for it, or the fallback, if it exists. */
static struct mailbox *
special_mailbox_find(struct mail_user *user, const char *special_use,
		     const char *fallback, enum mailbox_flags flags, int *ret_r)
{
	struct mail_namespace *ns;
	const char *name, *why;
	struct mailbox *box = special_use == NULL ? NULL :
		special_use_open(user, special_use, flags, ret_r);

	if (box != NULL)
		return box;
	name = mailbox_to_create(user, special_use, fallback, &ns, &why);
	box = mailbox_alloc(ns->list, name, flags);
	*ret_r = open_existing(box);
	return box;
}

struct mailbox *coexist_sent_mailbox_find(struct mail_user *user, int *ret_r)
{
	return special_mailbox_find(user, SENT_SPECIAL_USE, SENT_DEFAULT_NAME,
				    MAILBOX_FLAG_IGNORE_ACLS |
				    MAILBOX_FLAG_SAVEONLY, ret_r);
}

struct mailbox *
coexist_delete_target_find(struct mail_user *user, enum coexist_delete action,
			   int *ret_r)
{
	if (action == COEXIST_DELETE_TRASH) {
		return special_mailbox_find(user, TRASH_SPECIAL_USE,
					    TRASH_DEFAULT_NAME,
					    MAILBOX_FLAG_READONLY, ret_r);
	}
	return special_mailbox_find(user, NULL,
		coexist_site_setting_get(user, COEXIST_SITE_archive_mailbox),
		MAILBOX_FLAG_READONLY, ret_r);
}

const char *coexist_archive_mailbox_name(struct mail_user *user)
{
	struct mail_namespace *ns;
	const char *why;

	return mailbox_to_create(user, NULL,
		coexist_site_setting_get(user, COEXIST_SITE_archive_mailbox),
		&ns, &why);
}

unsigned int coexist_mailbox_autoexpunge_days(struct mailbox *box)
{
	unsigned int secs = box->set == NULL ? 0 : box->set->autoexpunge;

	return secs / COEXIST_SECS_PER_DAY +
		(secs % COEXIST_SECS_PER_DAY == 0 ? 0 : 1);
}

struct mailbox *coexist_junk_mailbox_find(struct mail_user *user, int *ret_r)
{
	return special_mailbox_find(user, JUNK_SPECIAL_USE, JUNK_DEFAULT_NAME,
				    MAILBOX_FLAG_READONLY, ret_r);
}

bool coexist_mailbox_is_special(struct mailbox *box, const char *special_use)
{
	struct mail_namespace *ns = mailbox_get_namespace(box);
	const char *name = mailbox_get_vname(box);
	size_t length = strlen(ns->prefix);

	if (strncmp(name, ns->prefix, length) == 0)
		name += length;
	return coexist_namespace_is_for(ns, name, special_use) ||
		(strcasecmp(special_use, SENT_SPECIAL_USE) == 0 &&
		 (ns->flags & NAMESPACE_FLAG_INBOX_USER) != 0 &&
		 coexist_namespace_configured(ns, special_use) == NULL &&
		 strcmp(name, SENT_DEFAULT_NAME) == 0);
}
