/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mailbox-guids.h. */

#include "lib.h"
#include "mailbox-guids.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mailbox-list-iter.h"
#include "storage-driver.h"

static bool is_mailbox(const struct mailbox_info *info)
{
	return (info->flags & (MAILBOX_NOSELECT | MAILBOX_NONEXISTENT)) == 0 &&
		info->ns->alias_for == NULL &&
		!(info->ns->storage != NULL &&
		  coexist_storage_is_virtual(info->ns->storage));
}

/* As coexist_mailbox_guids_find(), of one mailbox. */
static int ask(const struct mailbox_info *info,
	       coexist_mailbox_guid_func_t *func, void *context)
{
	struct mailbox *box = mailbox_alloc(info->ns->list, info->vname,
					    MAILBOX_FLAG_READONLY);
	struct mailbox_metadata metadata;
	int ret;

	if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) == 0) {
		ret = func(box, guid_128_to_string(metadata.guid), context) ?
			1 : 0;
	} else {
		ret = mailbox_get_last_mail_error(box) == MAIL_ERROR_NOTFOUND ?
			0 : -1;
	}
	mailbox_free(&box);
	return ret;
}

int coexist_mailbox_guids_find(struct mail_user *user,
			       coexist_mailbox_guid_func_t *func, void *context)
{
	static const char *const patterns[] = { "*", NULL };
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;
	bool asked_all = TRUE;
	int ret = 0;

	iter = mailbox_list_iter_init_namespaces(user->namespaces, patterns,
		MAIL_NAMESPACE_TYPE_PRIVATE, MAILBOX_LIST_ITER_RETURN_NO_FLAGS |
		/* those that an ACL denies, too: they are there */
		MAILBOX_LIST_ITER_RAW_LIST);
	while (ret <= 0 && (info = mailbox_list_iter_next(iter)) != NULL) {
		if (!is_mailbox(info))
			continue;
		ret = ask(info, func, context);
		if (ret < 0)
			asked_all = FALSE;
	}
	if (mailbox_list_iter_deinit(&iter) < 0)
		asked_all = FALSE;
	return ret > 0 ? 1 : (asked_all ? 0 : -1);
}
