/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-list.h. */

#include "lib.h"
#include "admin-list.h"
#include "doveadm.h"
#include "wildcard-match.h"
#include "coexist-admin.h"
#include "policy-store-admin.h"

struct list {
	const struct coexist_admin *admin;
	const char *mask;
	coexist_admin_list_t *callback;
	void *context;

	enum coexist_admin_scope_kind kind;
};

static bool list_name(const char *name, void *context)
{
	struct list *list = context;
	const char *key = list->kind == COEXIST_ADMIN_SCOPE_MAILBOX ?
		coexist_store_key_mailbox(name) :
		coexist_store_key_domain(name);

	if (key != NULL && strcmp(key, COEXIST_STORE_KEY_MARKER) != 0 &&
	    wildcard_match(name, list->mask)) {
		list->callback(list->admin, list->kind, name, key,
			       list->context);
	}
	return TRUE;
}

static void
list_default(struct list *list)
{
	const char *text, *error;

	if (!wildcard_match("", list->mask))
		return;
	switch (coexist_store_read_text(list->admin->store,
					COEXIST_STORE_KEY_DEFAULT, &text,
					&error)) {
	case COEXIST_STORE_NOT_FOUND:
		break;
	case COEXIST_STORE_FOUND:
	case COEXIST_STORE_GARBAGE:
		list->callback(list->admin, COEXIST_ADMIN_SCOPE_DEFAULT, "",
			       COEXIST_STORE_KEY_DEFAULT, list->context);
		break;
	case COEXIST_STORE_FAILED:
		coexist_admin_fail(list->admin, EX_TEMPFAIL, "%s", error);
		break;
	}
}

static void
list_names(struct list *list, struct coexist_store *store,
	   enum coexist_admin_scope_kind kind, const char *prefix)
{
	const char *error;

	list->kind = kind;
	if (coexist_store_list(store, &list->admin->config, prefix, list_name,
			       list, &error) < 0)
		coexist_admin_fail(list->admin, EX_TEMPFAIL, "%s", error);
}

void coexist_admin_list(const struct coexist_admin *admin, const char *mask,
			coexist_admin_list_t *callback, void *context)
{
	struct list list = {
		.admin = admin,
		.mask = mask,
		.callback = callback,
		.context = context
	};
	struct coexist_store *store;
	const char *error;

	/* a connection of its own: on the one that the callback's look-ups
	   use, they would wait for the whole list and keep it in memory */
	if (coexist_store_open(&admin->config, admin->event, &store,
			       &error) <= 0) {
		coexist_admin_fail(admin, EX_CONFIG, "%s", error);
		return;
	}
	list_default(&list);
	list_names(&list, store, COEXIST_ADMIN_SCOPE_DOMAIN,
		   COEXIST_STORE_PREFIX_DOMAIN);
	list_names(&list, store, COEXIST_ADMIN_SCOPE_MAILBOX,
		   COEXIST_STORE_PREFIX_MAILBOX);
	coexist_store_close(&store);
}
