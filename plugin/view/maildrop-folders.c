/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in maildrop-folders.h. */

#include "lib.h"
#include "maildrop-folders.h"
#include "array.h"
#include "imap-match.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mailbox-list-iter.h"
#include "unichar.h"
#include "compat-mailbox.h"
#include "compat-settings.h"
#include "policy-list.h"
#include "policy-merge.h"
#include "special-mailbox.h"
#include "storage-driver.h"

struct finder {
	struct mail_user *user;
	struct mail_namespace *inbox_ns;
	struct coexist_maildrop_folders *folders;
	/* where pop3_delete=archive and lazy_expunge put messages, or NULL */
	const char *archive, *lazy_expunge;
	/* so does pop3_delete=trash */
	bool deletes_to_trash;
	/* what to list, with the globs by which it is matched */
	ARRAY(const char *) patterns;
};

#define TRASH 0
static const char *const excluded_uses[] = { "\\Trash", "\\Junk" };
static const char *const excluded_names[] = { "Trash", "Junk" };

static bool is_inbox(const char *name)
{
	return strcasecmp(name, "INBOX") == 0;
}

/* Names */

static bool
name_is_known(const struct coexist_maildrop_folders *folders, const char *name)
{
	const char *other;

	array_foreach_elem(&folders->names, other) {
		if (strcmp(other, name) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool is_full(const struct finder *finder)
{
	return array_count(&finder->folders->names) >
		COEXIST_MAILDROP_FOLDERS_MAX;
}

static void refuse(struct finder *finder, const char *name, const char *why)
{
	struct coexist_maildrop_refused refused = {
		.name = t_strdup(name), .why = why
	};

	array_push_back(&finder->folders->refused, &refused);
}

/* Returns why the virtual plugin can't be told of the mailbox, or NULL. */
static const char *why_impossible(const char *name)
{
	const unsigned char *p;

	if (*name == '/')
		return "its name begins with a slash";
	for (p = (const unsigned char *)name; *p != '\0'; p++) {
		if (*p < ' ')
			return "its name has a control character";
	}
	return uni_utf8_str_is_valid(name) ? NULL : "its name is not UTF-8";
}

/* Returns why the mailboxes of the namespace are not for a maildrop, or NULL: what
   POP3 hides is hidden from all who share a mailbox. */
static const char *why_foreign(const struct mail_namespace *ns)
{
	if (ns->type != MAIL_NAMESPACE_TYPE_PRIVATE)
		return "it is not the user's own";
	if (ns->storage != NULL && coexist_storage_is_virtual(ns->storage))
		return "it is a virtual one";
	return NULL;
}

static const char *
without_prefix(const struct mail_namespace *ns, const char *vname)
{
	size_t length = strlen(ns->prefix);

	return strncmp(vname, ns->prefix, length) == 0 ? vname + length : vname;
}

/* Returns TRUE for the name of the mailbox with one of excluded_uses. */
static bool
is_for(const struct mail_namespace *ns, const char *name, unsigned int use)
{
	return coexist_namespace_is_for(ns, name, excluded_uses[use]) ||
		strcasecmp(name, excluded_names[use]) == 0;
}

/* Returns TRUE for the mailbox, and for what is in the namespace that is named by its
   prefix. */
static bool is_lazy_expunge(const struct finder *finder, const char *name)
{
	const char *target = finder->lazy_expunge;
	const struct mail_namespace *ns =
		mail_namespace_find(finder->user->namespaces, name);

	return target != NULL &&
		(strcmp(name, target) == 0 ||
		 (*ns->prefix != '\0' && strcmp(ns->prefix, target) == 0));
}

/* Returns why the mailbox is where messages go that POP3 has deleted, or NULL: each of
   them would be listed again, as a new one. */
static const char *
why_target(const struct finder *finder, const char *name)
{
	const struct mail_namespace *ns =
		mail_namespace_find(finder->user->namespaces, name);

	if (finder->archive != NULL && strcmp(name, finder->archive) == 0)
		return "pop3_delete=archive moves messages there";
	if (finder->deletes_to_trash &&
	    is_for(ns, without_prefix(ns, name), TRASH))
		return "pop3_delete=trash moves messages there";
	return is_lazy_expunge(finder, name) ?
		"lazy_expunge moves messages there" : NULL;
}

static void name_add(struct finder *finder, const char *name)
{
	const char *why = why_impossible(name);

	if (why == NULL)
		why = why_target(finder, name);

	if (why != NULL) {
		refuse(finder, name, why);
		return;
	}
	if (!name_is_known(finder->folders, name)) {
		name = t_strdup(name);
		array_push_back(&finder->folders->names, &name);
	}
}

static const char *
with_separator(const struct finder *finder, const char *name)
{
	return t_str_replace(name, '/',
			     mail_namespace_get_sep(finder->inbox_ns));
}

/* Dovecot names what is below INBOX so, whatever case it was named in (RFC 9051, section
   5.1). */
static const char *with_inbox(const char *name, char separator)
{
	return strncasecmp(name, "INBOX", 5) != 0 || name[5] != separator ?
		name : t_strconcat("INBOX", name + 5, NULL);
}

/* Returns the full name for an item of the key, which may be a pattern. */
static const char *full_name(const struct finder *finder, const char *item)
{
	const struct mail_namespace *inbox = finder->inbox_ns, *ns;

	item = with_separator(finder, item);
	ns = mail_namespace_find(finder->user->namespaces, item);
	/* the same mailboxes by other names */
	if (ns->alias_for != NULL) {
		return t_strconcat(ns->alias_for->prefix,
				   without_prefix(ns, item), NULL);
	}
	if (*ns->prefix != '\0' || *inbox->prefix == '\0')
		return with_inbox(item, mail_namespace_get_sep(
			finder->inbox_ns));
	return t_strconcat(inbox->prefix, item, NULL);
}

static void named_add(struct finder *finder, const char *name)
{
	const char *why = why_foreign(
		mail_namespace_find(finder->user->namespaces, name));

	if (why != NULL)
		refuse(finder, name, why);
	else
		name_add(finder, name);
}

/* Patterns */

/* Returns TRUE for the name of a Trash or Junk. */
static bool
is_excluded_name(const struct mail_namespace *ns, const char *name)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(excluded_uses); i++) {
		if (is_for(ns, name, i))
			return TRUE;
	}
	return FALSE;
}

/* Returns TRUE for a Trash, a Junk, and all below. */
static bool is_excluded(struct mail_namespace *ns, const char *vname)
{
	char sep = mail_namespace_get_sep(ns);
	const char *name = without_prefix(ns, vname), *p;

	for (p = strchr(name, sep); p != NULL; p = strchr(p + 1, sep)) {
		if (is_excluded_name(ns, t_strdup_until(name, p)))
			return TRUE;
	}
	return is_excluded_name(ns, name);
}

static void listed_add(struct finder *finder, const struct mailbox_info *info)
{
	if ((info->flags & (MAILBOX_NOSELECT | MAILBOX_NONEXISTENT)) != 0 ||
	    is_inbox(info->vname) || why_foreign(info->ns) != NULL ||
	    info->ns->alias_for != NULL ||
	    is_excluded(info->ns, info->vname) ||
	    why_target(finder, info->vname) != NULL)
		return;
	name_add(finder, info->vname);
}

static int patterns_list(struct finder *finder, const char **error_r)
{
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;

	if (array_is_empty(&finder->patterns))
		return 0;
	array_append_zero(&finder->patterns);
	iter = mailbox_list_iter_init_namespaces(finder->user->namespaces,
		array_front(&finder->patterns), MAIL_NAMESPACE_TYPE_PRIVATE,
		MAILBOX_LIST_ITER_RETURN_NO_FLAGS);
	while (!is_full(finder) &&
	       (info = mailbox_list_iter_next(iter)) != NULL) {
		listed_add(finder, info);
	}
	if (mailbox_list_iter_deinit(&iter) == 0)
		return 0;
	*error_r = mailbox_list_get_last_internal_error(
		finder->user->namespaces->list, NULL);
	return -1;
}

/* The key */

static void item_add(struct finder *finder, const char *item)
{
	const char *name;

	if (is_inbox(item))
		return;
	name = full_name(finder, item);
	if (strpbrk(item, "*%") == NULL)
		named_add(finder, name);
	else
		array_push_back(&finder->patterns, &name);
}

bool coexist_maildrop_folders_wanted(const struct coexist_policy *policy)
{
	const char *list, *item;
	size_t length;

	if (policy == NULL)
		return FALSE;
	list = coexist_policy_text(policy, COEXIST_KEY_pop3_folders);
	while (coexist_list_next(&list, &item, &length)) {
		if (length != 5 || strncasecmp(item, "INBOX", 5) != 0)
			return TRUE;
	}
	return FALSE;
}

static void
targets_find(struct finder *finder, const struct coexist_policy *policy)
{
	enum coexist_delete action =
		coexist_policy_number(policy, COEXIST_KEY_pop3_delete);

	if (action == COEXIST_DELETE_ARCHIVE)
		finder->archive = coexist_archive_mailbox_name(finder->user);
	finder->deletes_to_trash = action == COEXIST_DELETE_TRASH;
	finder->lazy_expunge = coexist_lazy_expunge_get(finder->user);
}

int coexist_maildrop_folders_find(struct mail_user *user,
				  const struct coexist_policy *policy,
				  struct coexist_maildrop_folders *folders_r,
				  const char **error_r)
{
	static const char *const inbox = "INBOX";
	struct finder finder = {
		.user = user,
		.inbox_ns = mail_namespace_find_inbox(user->namespaces),
		.folders = folders_r
	};
	const char *list, *item;
	size_t length;

	t_array_init(&folders_r->names, 32);
	t_array_init(&folders_r->refused, 4);
	t_array_init(&finder.patterns, 8);
	array_push_back(&folders_r->names, &inbox);
	if (policy == NULL)
		return 0;
	targets_find(&finder, policy);
	list = coexist_policy_text(policy, COEXIST_KEY_pop3_folders);
	while (coexist_list_next(&list, &item, &length) && !is_full(&finder))
		item_add(&finder, t_strndup(item, length));
	return patterns_list(&finder, error_r);
}

void coexist_maildrop_unusable_log(struct mail_user *user, const char *names,
				   const char *why)
{
	e_warning(user->event, "coexist: POP3 is not shown %s: %s. Mend that, or "
		  "take it out of pop3_folders", names, why);
}
