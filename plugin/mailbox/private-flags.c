/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in private-flags.h. */

#include "lib.h"
#include "private-flags.h"
#include "mail-storage-private.h"

int coexist_private_flags_open(struct mailbox *box)
{
	int ret = mailbox_open_index_pvt(box);

	if (ret < 0) {
		mail_storage_set_error(box->storage, MAIL_ERROR_TEMP,
				       "Can't open the private index");
	}
	return ret;
}

void coexist_private_flags_refresh(struct mailbox *box)
{
	(void)mail_index_refresh(box->index);
	if (box->view_pvt != NULL)
		(void)mail_index_refresh(box->index_pvt);
}

enum mail_flags
coexist_private_flags_lookup(struct mailbox *box, struct mail_index_view *view,
			     uint32_t seq)
{
	const struct mail_index_record *rec = mail_index_lookup(view, seq);
	enum mail_flags flags = rec->flags, mask;
	uint32_t uid = rec->uid, seq_pvt;

	if (box->view_pvt == NULL)
		return flags;
	mask = mailbox_get_private_flags_mask(box);
	flags &= ENUM_NEGATE(mask);
	if (mail_index_lookup_seq(box->view_pvt, uid, &seq_pvt)) {
		rec = mail_index_lookup(box->view_pvt, seq_pvt);
		flags |= rec->flags & mask;
	}
	return flags;
}

bool coexist_private_flags_can_set(struct mail *mail)
{
	struct mailbox *box = mail->box;
	uint32_t seq_pvt;
	int ret = coexist_private_flags_open(box);

	if (ret <= 0)
		return ret == 0;
	return mail_index_lookup_seq(box->view_pvt, mail->uid, &seq_pvt);
}
