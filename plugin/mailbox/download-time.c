/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in download-time.h. */

#include "lib.h"
#include "download-time.h"
#include "ioloop.h"
#include "mail-storage-private.h"
#include "time-since.h"

#define EXTENSION_NAME "coexist-pop3"

uint32_t coexist_download_time_id(struct mailbox *box)
{
	return mail_index_ext_register(box->index, EXTENSION_NAME,
				       /* hdr_size */ 0, sizeof(uint32_t),
				       sizeof(uint32_t));
}

uint32_t coexist_download_time_get(struct mail_index_view *view, uint32_t seq,
				   uint32_t id)
{
	const void *data;
	uint32_t time;

	mail_index_lookup_ext(view, seq, id, &data, NULL);
	if (data == NULL)
		return 0;
	memcpy(&time, data, sizeof(time));
	return time;
}

bool coexist_download_time_is_known(struct mail_index_view *view, uint32_t seq,
				    uint32_t id)
{
	uint64_t passed;

	return coexist_time_since(coexist_download_time_get(view, seq, id),
				  (uint64_t)ioloop_time, &passed);
}

bool coexist_download_time_note(struct mail *mail, uint32_t id)
{
	struct mailbox_transaction_context *t = mail->transaction;
	uint32_t now = (uint32_t)ioloop_time;

	if (coexist_download_time_is_known(t->view, mail->seq, id))
		return FALSE;
	mail_index_update_ext(t->itrans, mail->seq, id, &now, NULL);
	return TRUE;
}
