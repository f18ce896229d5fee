/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_MAILBOX_H
#define COEXIST_COMPAT_MAILBOX_H

#include "compat-version.h"
#include "array.h"
#include "mail-storage-private.h"
#include "mail-storage-settings.h"

/* Tells who watches the copy, like quota, that the message is about to be
   expunged from where it was, or that it is over. */
static inline void
coexist_save_set_moving(struct mail_save_context *ctx, struct mail *mail)
{
	ctx->moving = mail != NULL;
	/* Since 2.4.1: f3936059b0 "lib-storage: Add support for replacing mail
	   using mailbox_save_begin_replace()". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 1)
	ctx->expunged_mail = mail;
#endif
}

/* Returns TRUE if dovecot.conf gives the mailbox this special use. */
static inline bool
coexist_mailbox_is_for(const struct mailbox_settings *set,
		       const char *special_use)
{
	/* Since 2.4.0: 87b91b1d1a "lib-storate & imap: change special_use to
	   BOOLLIST.". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	const char *use;

	if (!array_is_created(&set->special_use))
		return FALSE;
	array_foreach_elem(&set->special_use, use) {
		if (strcasecmp(use, special_use) == 0)
			return TRUE;
	}
	return FALSE;
#else
	return str_array_icase_find(t_strsplit_spaces(set->special_use, " "),
				    special_use);
#endif
}

/* Since 2.4.1: bd5e502cae "lib-storage: Save all mailbox settings in namespace
   settings". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 1)
#define COEXIST_NAMESPACE_MAILBOXES(ns) (&(ns)->set->parsed_mailboxes)
typedef const struct mailbox_settings coexist_mailbox_settings_t;
#else
#define COEXIST_NAMESPACE_MAILBOXES(ns) (&(ns)->set->mailboxes)
typedef struct mailbox_settings coexist_mailbox_settings_t;
#endif

/* Returns the name, without the namespace's prefix, of the mailbox for which
   dovecot.conf has this special use, whether it exists or not. NULL if there
   is none. */
static inline const char *
coexist_namespace_configured(const struct mail_namespace *ns,
			     const char *special_use)
{
	coexist_mailbox_settings_t *set;

	if (!array_is_created(COEXIST_NAMESPACE_MAILBOXES(ns)))
		return NULL;
	array_foreach_elem(COEXIST_NAMESPACE_MAILBOXES(ns), set) {
		if (coexist_mailbox_is_for(set, special_use) &&
		    strpbrk(set->name, "*%") == NULL)
			return set->name;
	}
	return NULL;
}

/* Returns TRUE if dovecot.conf gives this special use to the mailbox of this name,
   which is without the namespace's prefix. */
static inline bool
coexist_namespace_is_for(const struct mail_namespace *ns, const char *name,
			 const char *special_use)
{
	coexist_mailbox_settings_t *set;

	if (!array_is_created(COEXIST_NAMESPACE_MAILBOXES(ns)))
		return FALSE;
	array_foreach_elem(COEXIST_NAMESPACE_MAILBOXES(ns), set) {
		if (coexist_mailbox_is_for(set, special_use) &&
		    strcmp(set->name, name) == 0)
			return TRUE;
	}
	return FALSE;
}

#endif
