/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-set.h. */

#include "lib.h"
#include "owner-set.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "owner-keys.h"

static int
value_set(struct mailbox_transaction_context *t, const char *text,
	  const char **error_r)
{
	const char *name = t_strcut(text, '='), *equals = strchr(text, '=');
	struct mail_attribute_value value = {
		.value = equals == NULL ? NULL : equals + 1
	};
	const char *entry = t_strconcat(
		MAILBOX_ATTRIBUTE_PREFIX_DOVECOT_PVT_SERVER
		COEXIST_OWNER_ENTRIES, name, NULL);

	if (mailbox_attribute_set(t, MAIL_ATTRIBUTE_TYPE_PRIVATE, entry,
				  &value) == 0)
		return 0;
	*error_r = t_strdup_printf("%s: %s", name,
				   mailbox_get_last_error(t->box, NULL));
	return -1;
}

static int
values_set(struct mailbox *box, const char *const *values, const char **error_r)
{
	struct mailbox_transaction_context *t = mailbox_transaction_begin(box,
		MAILBOX_TRANSACTION_FLAG_EXTERNAL, __func__);
	int ret = 0;

	for (; *values != NULL && ret == 0; values++)
		ret = value_set(t, *values, error_r);
	if (ret < 0) {
		mailbox_transaction_rollback(&t);
		return -1;
	}
	if (mailbox_transaction_commit(&t) == 0)
		return 0;
	*error_r = t_strdup(mailbox_get_last_error(box, NULL));
	return -1;
}

int coexist_owner_set(struct mail_user *user, const char *const *values,
		      const char **error_r)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	struct mailbox *box = mailbox_alloc(ns->list, "INBOX",
					    MAILBOX_FLAG_IGNORE_ACLS);
	int ret;

	if (mailbox_open(box) < 0) {
		*error_r = t_strdup(mailbox_get_last_error(box, NULL));
		ret = -1;
	} else {
		ret = values_set(box, values, error_r);
	}
	mailbox_free(&box);
	return ret;
}
