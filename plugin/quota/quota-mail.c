/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-mail.h. */

#include "lib.h"
#include "quota-mail.h"
#include "mail-storage.h"
#include "notice.h"
#include "quota-contents.h"
#include "quota-notice.h"
#include "quota-text.h"

static int
notice_send(const struct coexist_quota_notice *notice, struct mailbox *inbox,
	    struct coexist_notice_place *place_r)
{
	struct coexist_quota_contents contents;

	coexist_quota_contents_get(inbox, &contents);
	return coexist_notice_send(inbox,
				   coexist_quota_text_make(notice, &contents),
				   place_r);
}

static int
inbox_tell(const struct coexist_quota_notice *notice, struct mailbox *inbox,
	   struct coexist_quota_added *added)
{
	struct coexist_notice_place place;

	if (notice_send(notice, inbox, &place) < 0)
		return -1;
	added->bytes += place.size;
	added->messages++;
	return 0;
}

int coexist_quota_mail_tell(const struct coexist_quota_notice *notice,
			    struct coexist_quota_added *added)
{
	struct mailbox *inbox = coexist_notice_inbox(notice->user);
	int ret = inbox_tell(notice, inbox, added);

	mailbox_free(&inbox);
	return ret;
}
