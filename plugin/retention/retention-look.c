/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-look.h. */

#include "lib.h"
#include "retention-look.h"
#include "array.h"
#include "mail-storage-private.h"
#include "coexist-event.h"
#include "retention-announcement.h"
#include "retention-due.h"
#include "retention-run.h"
#include "session-policy.h"

/* Counts what is due in the view. Returns FALSE if the index can't tell. */
static bool count_due(struct coexist_retention *ret,
		      struct mail_index_view *view, unsigned int *count_r)
{
	uint32_t seq, messages = mail_index_view_get_messages_count(view);

	*count_r = 0;
	for (seq = 1; seq <= messages; seq++) {
		switch (coexist_due_look(ret, view, seq)) {
		case COEXIST_DUE_NO:
			break;
		case COEXIST_DUE_YES:
			(*count_r)++;
			break;
		case COEXIST_DUE_UNKNOWN:
			return FALSE;
		}
	}
	return TRUE;
}

static bool
is_idle(struct coexist_retention *ret, struct mail_index_view *view)
{
	struct coexist_announcement *announcement = &ret->announcement;
	unsigned int due, messages = mail_index_view_get_messages_count(view);

	if (!count_due(ret, view, &due))
		return FALSE;
	announcement->box = ret->box;
	announcement->run.notice_days = coexist_announcement_days(ret->user);
	coexist_retention_judge(ret, due, messages);
	if (coexist_retention_has_work(ret, due))
		return FALSE;
	coexist_retention_trace(ret, due, messages);
	return TRUE;
}

/* A run asks more of these first. */
static bool is_plain(struct mailbox *box)
{
	return !mailbox_is_readonly(box) && box->virtual_vfuncs == NULL &&
		mailbox_get_private_flags_mask(box) == 0;
}

/* The view of a mailbox has what its last sync found. */
static bool is_idle_now(struct coexist_retention *ret)
{
	struct mail_index *index = ret->box->index;
	struct mail_index_view *view;
	bool idle;

	if (mail_index_refresh(index) < 0)
		return FALSE;
	view = mail_index_view_open(index);
	idle = is_idle(ret, view);
	mail_index_view_close(&view);
	return idle;
}

bool coexist_retention_look(struct mailbox *box, bool is_synced)
{
	struct mail_user *user = box->storage->user;
	const struct coexist_policy *policy = coexist_session_policy_get(user);
	struct coexist_retention_result result = { .keep_days = 0 };
	struct coexist_retention ret = {
		.user = user, .box = box, .result = &result
	};
	bool idle;

	if (policy == NULL || coexist_session_policy_is_partial(user) ||
	    !is_plain(box))
		return FALSE;
	result.keep_days =
		coexist_policy_number(policy, COEXIST_KEY_pop3_keep_days);
	if (result.keep_days == 0)
		return FALSE;
	ret.action = coexist_retention_action(policy);
	coexist_due_init(&ret);
	idle = is_synced ? is_idle(&ret, box->view) : is_idle_now(&ret);
	coexist_due_deinit(&ret);
	return idle;
}
