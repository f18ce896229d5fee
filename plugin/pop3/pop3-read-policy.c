/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-read-policy.h. */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "mail-storage-private.h"
#include "coexist/day.h"
#include "pop3-read-policy.h"
#include "download-time.h"
#include "network-match.h"
#include "policy-merge.h"
#include "pop3-folders.h"
#include "pop3-mark.h"

void pop3_read_policy_init(struct pop3_read_policy *read_policy_r,
			   const struct coexist_policy *policy,
			   const struct ip_addr *remote_ip)
{
	i_zero(read_policy_r);
	if (coexist_network_match(coexist_policy_text(policy,
			COEXIST_KEY_pop3_fetcher_networks), remote_ip)) {
		read_policy_r->mark_read = COEXIST_MARK_READ_NEVER;
		read_policy_r->is_fetcher = TRUE;
		return;
	}
	read_policy_r->mark_read =
		coexist_policy_number(policy, COEXIST_KEY_pop3_mark_read);
	read_policy_r->mark_read_days =
		coexist_policy_number(policy, COEXIST_KEY_pop3_mark_read_days);
	read_policy_r->mark_downloaded =
		coexist_policy_number(policy,
				      COEXIST_KEY_pop3_mark_downloaded) != 0;
	read_policy_r->note_time =
		coexist_policy_number(policy, COEXIST_KEY_pop3_keep_days) > 0;
}

bool pop3_read_policy_is_stock(const struct pop3_read_policy *read_policy)
{
	return read_policy->mark_read == COEXIST_MARK_READ_STOCK &&
		!read_policy->mark_downloaded && !read_policy->note_time;
}

bool pop3_read_policy_is_early(const struct pop3_read_policy *read_policy)
{
	return read_policy->mark_read == COEXIST_MARK_READ_COMPLETE ||
		(read_policy->mark_read != COEXIST_MARK_READ_QUIT &&
		 (read_policy->mark_downloaded || read_policy->note_time));
}

bool pop3_read_policy_is_recent(const struct pop3_read_policy *read_policy,
				struct mail *mail)
{
	time_t received;

	if (read_policy->mark_read_days == 0)
		return TRUE;
	if (mail_get_received_date(mail, &received) < 0)
		return FALSE;
	return received >= ioloop_time -
		(time_t)read_policy->mark_read_days * COEXIST_SECS_PER_DAY;
}

static bool mail_has_download_time(struct mail *mail)
{
	return coexist_download_time_is_known(mail->transaction->view,
		mail->seq, coexist_download_time_id(mail->box));
}

bool pop3_read_policy_get_mark(const struct pop3_read_policy *read_policy,
			       struct mail *mail, struct pop3_mark *mark_r)
{
	i_zero(mark_r);
	mark_r->uid = mark_r->real_uid = mail->uid;
	mark_r->real_box = mail->box;
	mark_r->seen = read_policy->mark_read == COEXIST_MARK_READ_COMPLETE &&
		!pop3_mark_is_seen(mail) &&
		pop3_read_policy_is_recent(read_policy, mail);
	mark_r->downloaded = read_policy->mark_downloaded &&
		!pop3_mark_is_downloaded(mail);
	/* pop3_keep_days is about INBOX; the index of a virtual one knows nothing that
	   lasts */
	mark_r->timed = read_policy->note_time &&
		mail->box->virtual_vfuncs == NULL &&
		pop3_folders_is_inbox(mail->box) &&
		!mail_has_download_time(mail);
	return mark_r->seen || mark_r->downloaded || mark_r->timed;
}

static const char *
seen_explain(const struct pop3_read_policy *read_policy, struct mail *mail,
	     const struct pop3_mark *mark)
{
	if (read_policy->is_fetcher)
		return "not read: the client is in pop3_fetcher_networks";
	if (mark->seen)
		return "read once it is confirmed";
	switch (read_policy->mark_read) {
	case COEXIST_MARK_READ_STOCK:
		return "read if Dovecot says so (pop3_mark_read=stock)";
	case COEXIST_MARK_READ_NEVER:
		return "not read: pop3_mark_read=never";
	case COEXIST_MARK_READ_COMPLETE:
	case COEXIST_MARK_READ_QUIT:
		break;
	}
	if (pop3_mark_is_seen(mail))
		return "read already";
	return pop3_read_policy_is_recent(read_policy, mail) ?
		"read at QUIT (pop3_mark_read=quit)" :
		t_strdup_printf("not read: older than pop3_mark_read_days=%u",
				read_policy->mark_read_days);
}

const char *
pop3_read_policy_explain(const struct pop3_read_policy *read_policy,
			 struct mail *mail, const struct pop3_mark *mark)
{
	return t_strconcat(seen_explain(read_policy, mail, mark),
			   mark->downloaded ?
				", keyword once it is confirmed" : "",
			   mark->timed ? ", time is noted" : "", NULL);
}
