/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-due.h. */

#include "lib.h"
#include "retention-due.h"
#include "array.h"
#include "ioloop.h"
#include "mail-storage-private.h"
#include "download-time.h"
#include "private-flags.h"
#include "retention-rule.h"

void coexist_due_init(struct coexist_retention *ret)
{
	ret->time_id = coexist_download_time_id(ret->box);
	ret->has_keyword = mail_index_keyword_lookup(ret->box->index,
						     POP3_DOWNLOADED_KEYWORD,
						     &ret->keyword_idx);
	i_array_init(&ret->keywords, 8);
}

void coexist_due_deinit(struct coexist_retention *ret)
{
	array_free(&ret->keywords);
}

static bool has_downloaded_keyword(struct coexist_retention *ret,
				   struct mail_index_view *view, uint32_t seq)
{
	unsigned int idx;

	if (!ret->has_keyword)
		return FALSE;
	mail_index_lookup_keywords(view, seq, &ret->keywords);
	array_foreach_elem(&ret->keywords, idx) {
		if (idx == ret->keyword_idx)
			return TRUE;
	}
	return FALSE;
}

/* Returns when the message was downloaded, or 0 if that is not proven. Without a
   record, as after the index was lost, the keyword proves it, and the message
   can't have been saved later; dates that clients choose count for nothing. */
static uint32_t downloaded_at(struct coexist_retention *ret, struct mail *mail,
			      uint32_t seq)
{
	struct mail_index_view *view = mail->transaction->view;
	uint32_t noted = coexist_download_time_get(view, seq, ret->time_id);
	time_t saved;

	if (noted != 0 || !has_downloaded_keyword(ret, view, seq))
		return noted;
	mail_set_seq(mail, seq);
	if (mail_get_save_date(mail, &saved) <= 0 || saved <= 0 ||
	    saved > (time_t)UINT32_MAX)
		return 0;
	return (uint32_t)saved;
}

enum coexist_due coexist_due_look(struct coexist_retention *ret,
				  struct mail_index_view *view, uint32_t seq)
{
	uint32_t noted = coexist_download_time_get(view, seq, ret->time_id);

	/* the cheapest question first: this is asked of each message */
	if (noted == 0 ? !ret->has_keyword :
	    !coexist_retention_is_over(noted, ret->result->keep_days,
				       ioloop_time))
		return COEXIST_DUE_NO;
	if (!coexist_retention_allows(coexist_private_flags_lookup(ret->box,
								   view, seq)))
		return COEXIST_DUE_NO;
	if (noted != 0)
		return COEXIST_DUE_YES;
	return has_downloaded_keyword(ret, view, seq) ?
		COEXIST_DUE_UNKNOWN : COEXIST_DUE_NO;
}

uint32_t coexist_due_since(struct coexist_retention *ret, struct mail *mail,
			   uint32_t seq)
{
	enum mail_flags flags =
		coexist_private_flags_lookup(mail->box, mail->transaction->view,
					     seq);
	uint32_t downloaded;

	if (!coexist_retention_allows(flags))
		return 0;
	downloaded = downloaded_at(ret, mail, seq);
	return coexist_retention_is_over(downloaded, ret->result->keep_days,
					 ioloop_time) ? downloaded : 0;
}
