/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-count.h. */

#include "lib.h"
#include "retention-count.h"
#include "array.h"
#include "lib-event.h"
#include "mail-storage-private.h"
#include "coexist-event.h"
#include "session-changes.h"

void coexist_result_add(struct coexist_retention *ret, struct mail *mail,
			uint32_t downloaded)
{
	struct coexist_retention_result *result = ret->result;
	uoff_t size;

	if (mail_get_physical_size(mail, &size) == 0)
		result->size += size;
	if (result->oldest == 0 || downloaded < result->oldest)
		result->oldest = downloaded;
	seq_range_array_add(&result->uids, mail->uid);
	result->expired++;
	if (coexist_retention_is_moving(ret))
		result->moved++;
}

void coexist_result_take_back(struct coexist_retention_result *result,
			      const struct coexist_retention_result *before,
			      const ARRAY_TYPE(uint32_t) *uids)
{
	uint32_t uid;

	array_foreach_elem(uids, uid) {
		seq_range_array_remove(&result->uids, uid);
	}
	result->expired = before->expired;
	result->moved = before->moved;
	result->size = before->size;
	result->oldest = before->oldest;
}

void coexist_result_wait(struct coexist_retention *ret, uint64_t until)
{
	struct coexist_retention_result *result = ret->result;

	array_clear(&result->uids);
	result->expired = result->moved = 0;
	result->size = 0;
	result->oldest = 0;
	result->waiting = array_count(&ret->due);
	result->until = (time_t)until;
}

void coexist_result_report(const struct coexist_retention *ret)
{
	const struct coexist_retention_result *result = ret->result;
	struct event *event;

	if (result->expired == 0)
		return;
	event = coexist_event_create(ret->user);
	event_set_name(event, "coexist_expired");
	event_add_str(event, "coexist_session",
		      coexist_changes_get_id(coexist_changes_get(ret->user)));
	event_add_str(event, "mailbox", mailbox_get_vname(ret->box));
	event_add_int(event, "messages", result->expired);
	event_add_int(event, "moved", result->moved);
	event_add_int(event, "bytes", (intmax_t)result->size);
	event_add_int(event, "keep_days", result->keep_days);
	e_info(event, "coexist: expired %u messages downloaded by POP3 more "
	       "than %u days ago%s%s", result->expired, result->keep_days,
	       ret->target == NULL ? "" : ", moved to ",
	       ret->target == NULL ? "" : mailbox_get_vname(ret->target));
	event_unref(&event);
}
