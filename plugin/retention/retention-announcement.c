/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-announcement.h. */

#include "lib.h"
#include "retention-announcement.h"
#include "ioloop.h"
#include "lib-event.h"
#include "mail-storage-private.h"
#include "time-util.h"
#include "coexist-event.h"
#include "compat-settings.h"
#include "notice.h"
#include "policy-value.h"
#include "retention-notice.h"

uint64_t coexist_announcement_days(struct mail_user *user)
{
	const enum coexist_site_setting setting =
		COEXIST_SITE_retention_notice_days;
	const struct coexist_policy_key *info = &coexist_site_settings[setting];
	const char *text = coexist_site_setting_get(user, setting);
	struct coexist_value value;

	if (coexist_value_parse(info, text, &value) == COEXIST_VALUE_VALID)
		return value.number;
	e_warning(user->event, "coexist: Ignoring unknown value of "
		  COEXIST_KEY_PREFIX"%s (expected %s)", info->name,
		  info->expected);
	if (coexist_value_parse(info, info->default_value, &value) !=
	    COEXIST_VALUE_VALID)
		i_unreached();
	return value.number;
}

void coexist_announcement_judge(struct coexist_announcement *announcement)
{
	struct coexist_brake_run *run = &announcement->run;

	run->now = (uint64_t)ioloop_time;
	/* not even read, where it is not obeyed */
	if (run->notice_days != 0) {
		coexist_retention_memory_read(announcement->box->storage->user,
					      &announcement->memory);
	}
	coexist_brake_judge(run, &announcement->memory,
			    &announcement->verdict);
	if (announcement->now) {
		announcement->verdict.action = COEXIST_BRAKE_GO;
		announcement->verdict.changed = FALSE;
	}
}

/* Returns 0, or -1 after logging. */
static int memory_write(struct coexist_announcement *announcement,
			const struct coexist_brake_state *state)
{
	struct mailbox *box = announcement->box;
	const char *error;

	if (coexist_retention_memory_write(box->storage->user, state,
					   &error) == 0)
		return 0;
	e_warning(box->event, "coexist: What pop3_keep_days is about stays, "
		  "because it can't be remembered what the owner was told: "
		  "%s. Let the mail user write there, or run doveadm coexist "
		  "expire --now", error);
	return -1;
}

int coexist_announcement_remember(struct coexist_announcement *announcement)
{
	return !announcement->verdict.changed ? 0 :
		memory_write(announcement, &announcement->verdict.state);
}

/* Puts the notice into INBOX, where it replaces the one before, and remembers
   that. If that fails, as it did not a moment ago, the next run tells again. */
static int
make_in(struct coexist_announcement *announcement, const char *target,
	struct mailbox *inbox)
{
	const struct coexist_brake_state *state = &announcement->verdict.state;
	const struct coexist_retention_notice notice = {
		.keep_days = state->keep_days,
		.count = state->told_count,
		.from = (time_t)state->until,
		.target = target
	};

	return coexist_retention_notice_send(inbox, &notice) < 0 ? -1 :
		memory_write(announcement, state);
}

static void report(struct coexist_announcement *announcement)
{
	const struct coexist_brake_state *state = &announcement->verdict.state;
	struct mailbox *box = announcement->box;
	struct event *event = coexist_event_create(box->storage->user);

	event_set_name(event, "coexist_expire_announced");
	event_add_str(event, "mailbox", mailbox_get_vname(box));
	event_add_int(event, "messages", (intmax_t)state->told_count);
	event_add_int(event, "keep_days", (intmax_t)state->keep_days);
	event_add_int(event, "until", (intmax_t)state->until);
	e_info(event, "coexist: %"PRIu64" messages downloaded by POP3 more "
	       "than %"PRIu64" days ago wait until %s; the owner was told",
	       state->told_count, state->keep_days,
	       t_strflocaltime("%Y-%m-%d %H:%M", (time_t)state->until));
	event_unref(&event);
}

int coexist_announcement_make(struct coexist_announcement *announcement,
			      const char *target)
{
	struct mailbox *inbox;
	int ret;

	/* As it is. What can't be remembered is not said: it would be said by
	   each session. */
	if (memory_write(announcement, &announcement->memory) < 0)
		return -1;
	inbox = coexist_notice_inbox(announcement->box->storage->user);
	ret = make_in(announcement, target, inbox);
	mailbox_free(&inbox);
	if (ret == 0)
		report(announcement);
	return ret;
}

void coexist_announcement_end(struct coexist_announcement *announcement)
{
	struct mailbox *box = announcement->box;
	struct coexist_brake_state state =
		coexist_brake_settled(&announcement->run);
	const char *error;

	if (announcement->run.notice_days == 0 ||
	    coexist_brake_states_are_equal(&state, &announcement->memory))
		return;
	if (coexist_retention_memory_write(box->storage->user, &state,
					   &error) < 0) {
		e_warning(box->event, "coexist: Can't remember what "
			  "pop3_keep_days has removed: %s", error);
	}
}
