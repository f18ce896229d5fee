/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in compat-namespace.h. */

#include "lib.h"
#include "compat-version.h"
#include "compat-namespace.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mail-storage-settings.h"
#include "mail-user.h"
#include "mailbox-list-private.h"

static struct mail_namespace_settings *
settings_new(struct mail_user *user, const char *prefix)
{
	struct mail_namespace_settings *set =
		p_new(user->pool, struct mail_namespace_settings, 1);

	set->name = "coexist";
	set->type = "private";
	set->separator = "/";
	set->prefix = p_strdup(user->pool, prefix);
	set->alias_for = "";
	set->hidden = TRUE;
	set->list = "no";
	p_array_init(&set->mailboxes, user->pool, 1);
	return set;
}

static void flags_set(struct mail_namespace *ns)
{
	ns->flags |= NAMESPACE_FLAG_NOQUOTA | NAMESPACE_FLAG_NOACL;
}

/* Since 2.4.0: f7df3a861c "lib-storage, global: Remove namespace_location setting";
   what a namespace's storage is made of is found by an event. Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#include "mail-storage-service.h"
#include "settings.h"

/* In a value a % begins a variable. */
static void
override(struct settings_instance *instance, const char *key, const char *value)
{
	const char *const *parts = t_strsplit(value, "%");

	settings_override(instance, key, t_strarray_join(parts, "%%"),
			  SETTINGS_OVERRIDE_TYPE_CODE);
}

static void
instance_fill(struct settings_instance *instance,
	      const struct coexist_virtual_namespace *set)
{
	override(instance, "*/mail_driver", "virtual");
	override(instance, "*/mail_path", set->folder);
	override(instance, "*/mailbox_list_layout", "fs");
	override(instance, "*/mail_index_path",
		 set->index_in_memory ? "MEMORY" : "");
	/* those of the user's own namespaces may be global or the userdb's */
	override(instance, "*/mail_cache_path", "");
	override(instance, "*/mail_control_path", "");
	override(instance, "*/mail_volatile_path", "");
	override(instance, "*/mail_inbox_path", "");
	override(instance, "*/mail_alt_path", "");
	override(instance, "*/mail_index_private_path", "");
	override(instance, "*/mailbox_list_index", "no");
}

static int
storage_create(struct mail_namespace *ns,
	       const struct coexist_virtual_namespace *set, const char **error_r)
{
	struct mail_user *user = ns->user;
	struct settings_instance *instance;
	struct mail_storage *storage;
	struct event *event;
	int ret;

	instance = settings_instance_dup(
		mail_storage_service_user_get_settings_instance(
			user->service_user));
	instance_fill(instance, set);
	event = event_create(user->event);
	event_set_ptr(event, SETTINGS_EVENT_INSTANCE, instance);
	ret = mail_storage_create(ns, event, 0, &storage, error_r);
	event_unref(&event);
	/* goes with the namespace */
	ns->_set_instance = instance;
	return ret;
}

static int
namespace_alloc(struct mail_user *user,
		struct mail_namespace_settings *ns_set,
		const struct coexist_virtual_namespace *set ATTR_UNUSED,
		struct mail_namespace **ns_r, const char **error_r)
{
	p_array_init(&ns_set->parsed_mailboxes, user->pool, 1);
	return mail_namespace_alloc(user, ns_set, ns_r, error_r);
}
#else
/* The path is part of a list with colons. */
static const char *location(const struct coexist_virtual_namespace *set)
{
	const char *const *parts = t_strsplit(set->folder, ":");

	return t_strdup_printf("virtual:%s:LISTINDEX=coexist.list.index%s",
			       t_strarray_join(parts, "::"),
			       set->index_in_memory ? ":INDEX=MEMORY" : "");
}

static int
storage_create(struct mail_namespace *ns,
	       const struct coexist_virtual_namespace *set ATTR_UNUSED,
	       const char **error_r)
{
	return mail_storage_create(ns, NULL, 0, error_r);
}

static int
namespace_alloc(struct mail_user *user,
		struct mail_namespace_settings *ns_set,
		const struct coexist_virtual_namespace *set,
		struct mail_namespace **ns_r, const char **error_r)
{
	ns_set->location = p_strdup(user->pool, location(set));
	ns_set->user_set = user->namespaces->set->user_set;
	return mail_namespace_alloc(user, user->set, ns_set, ns_set, ns_r,
				    error_r);
}
#endif

int coexist_virtual_namespace_add(struct mail_user *user,
				  const struct coexist_virtual_namespace *set,
				  struct mail_namespace **ns_r,
				  const char **error_r)
{
	struct mail_namespace *ns, *namespaces;

	if (namespace_alloc(user, settings_new(user, set->prefix), set, &ns,
			    error_r) < 0)
		return -1;
	flags_set(ns);
	if (storage_create(ns, set, error_r) < 0) {
		*error_r = t_strdup(*error_r);
		mail_namespaces_deinit(&ns);
		return -1;
	}
	namespaces = ns;
	mail_user_add_namespace(user, &namespaces);
	*ns_r = ns;
	return 0;
}
