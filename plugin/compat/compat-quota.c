/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in compat-quota.h. */

#include "lib.h"
#include "compat-version.h"
#include "array.h"
#include "compat-quota.h"
#include "mail-storage-private.h"
#include "mail-namespace.h"
#include "mail-storage-service.h"
#include "module-dir.h"
#include "quota-private.h"

#include <stddef.h>

/* Late binding (dlsym): a process may load the quota plugin after ours, for a user
   whose mail_plugins have it, and many load it never. */
static struct {
#define QUOTA_FUNCTION(name) __typeof__(quota_##name) *name;
	QUOTA_FUNCTION(get_resource)
	QUOTA_FUNCTION(root_get_name)
	QUOTA_FUNCTION(root_get_resources)
	QUOTA_FUNCTION(root_is_hidden)
	QUOTA_FUNCTION(root_iter_deinit)
	QUOTA_FUNCTION(root_iter_init)
	QUOTA_FUNCTION(root_iter_next)
#undef QUOTA_FUNCTION
} quota;

static const struct {
	const char *symbol;
	size_t offset;
} quota_functions[] = {
#define QUOTA_FUNCTION(name) { "quota_"#name, offsetof(__typeof__(quota), name) }
	QUOTA_FUNCTION(get_resource),
	QUOTA_FUNCTION(root_get_name),
	QUOTA_FUNCTION(root_get_resources),
	QUOTA_FUNCTION(root_is_hidden),
	QUOTA_FUNCTION(root_iter_deinit),
	QUOTA_FUNCTION(root_iter_init),
	QUOTA_FUNCTION(root_iter_next)
#undef QUOTA_FUNCTION
};

_Static_assert(N_ELEMENTS(quota_functions) * sizeof(void *) == sizeof(quota),
	       "each function is looked up");

/* For all mailboxes: Dovecot 2.4 has limits for single ones elsewhere.
   Since 2.4.0: 298bf594e9 "quota, imap_quota: quota_get_resource() - Changed
   mailbox_name parameter to struct mailbox". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define QUOTA_NO_MAILBOX NULL
#else
#define QUOTA_NO_MAILBOX ""
#endif

static bool root_is_enforced(const struct quota_root *root)
{
	/* Since 2.4.0: a540ad3104 "quota: Move quota_args=noenforcing to
	   quota_enforce=no". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return root->set->quota_enforce && !root->set->quota_ignore;
#else
	return !root->no_enforcing;
#endif
}

/* Returns FALSE if it is none that levels are about. */
static bool
resource_find(const char *name, enum coexist_quota_resource *resource_r,
	      const char **exact_name_r)
{
	if (strcmp(name, QUOTA_NAME_STORAGE_KILOBYTES) == 0) {
		*resource_r = COEXIST_QUOTA_STORAGE;
		*exact_name_r = QUOTA_NAME_STORAGE_BYTES;
		return TRUE;
	}
	*resource_r = COEXIST_QUOTA_MESSAGES;
	*exact_name_r = QUOTA_NAME_MESSAGES;
	return strcmp(name, QUOTA_NAME_MESSAGES) == 0;
}

/* Returns like coexist_compat_quota_get(). */
static int
usage_get(struct quota_root *root, const char *name,
	  struct coexist_quota_usage *usage_r, const char **error_r)
{
	const char *error = "";
	enum quota_get_result result;

	result = quota.get_resource(root, QUOTA_NO_MAILBOX, name,
				    &usage_r->used, &usage_r->limit, &error);
	/* Dovecot 2.4 returns -1, too, which the enum has not. */
	switch ((int)result) {
	case QUOTA_GET_RESULT_LIMITED:
		return 1;
	case QUOTA_GET_RESULT_UNLIMITED:
		usage_r->limit = 0;
		return 1;
	case QUOTA_GET_RESULT_BACKGROUND_CALC:
		return 0;
	default:
		*error_r = t_strdup_printf("quota root %s: %s: %s",
			quota.root_get_name(root), name, error);
		return -1;
	}
}

static int
root_get(struct quota_root *root, ARRAY_TYPE(coexist_quota_usage) *usages,
	 const char **error_r)
{
	const char *const *names = quota.root_get_resources(root);
	struct coexist_quota_usage usage;
	const char *name;
	int ret;

	for (; *names != NULL; names++) {
		if (!resource_find(*names, &usage.resource, &name))
			continue;
		ret = usage_get(root, name, &usage, error_r);
		if (ret <= 0)
			return ret;
		array_push_back(usages, &usage);
	}
	return 1;
}

/* Goes through the roots that count the mailbox. */
static int
mailbox_get(struct mailbox *box, ARRAY_TYPE(coexist_quota_usage) *usages,
	    const char **error_r)
{
	struct quota_root_iter *iter = quota.root_iter_init(box);
	struct quota_root *root;
	int ret, result = 0;

	while ((root = quota.root_iter_next(iter)) != NULL) {
		if (!root_is_enforced(root) || quota.root_is_hidden(root))
			continue;
		ret = root_get(root, usages, error_r);
		result = ret;
		if (ret <= 0)
			break;
	}
	quota.root_iter_deinit(&iter);
	return result;
}

bool coexist_compat_quota_find(void)
{
	struct module *module;
	void **function;
	unsigned int i;

	/* the last one is there if all are */
	if (quota.root_iter_next != NULL)
		return TRUE;
	module = module_dir_find(mail_storage_service_modules, "quota");
	for (i = 0; module != NULL && i < N_ELEMENTS(quota_functions); i++) {
		function = PTR_OFFSET(&quota, quota_functions[i].offset);
		*function = module_get_symbol_quiet(module,
						    quota_functions[i].symbol);
		if (*function == NULL)
			break;
	}
	return quota.root_iter_next != NULL;
}

int coexist_compat_quota_get(struct mail_user *user,
			     ARRAY_TYPE(coexist_quota_usage) *usages,
			     const char **error_r)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	struct mailbox *box;
	int ret;

	if (!coexist_compat_quota_find())
		return 0;
	/* Only named, never opened. A user without the quota plugin, in a
	   process that has it, has no roots, either. */
	box = mailbox_alloc(ns->list, "INBOX", 0);
	ret = mailbox_get(box, usages, error_r);
	mailbox_free(&box);
	return ret;
}
