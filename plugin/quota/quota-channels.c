/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-channels.h. */

#include "lib.h"
#include "quota-channels.h"
#include "lib-event.h"
#include "mail-user.h"
#include "coexist-event.h"
#include "logged-name.h"
#include "policy-merge.h"
#include "quota-alert.h"
#include "quota-level-name.h"
#include "quota-mail.h"

struct channel {
	/* as in quota_warn_channels */
	const char *name;
	/* Returns 0, or -1 after the reason was logged. May change mailboxes,
	   which nothing evaluates again; what that has put there is added to
	   *added. */
	int (*tell)(const struct coexist_quota_notice *notice,
		    struct coexist_quota_added *added);
};

/* The event is sent for each channel anyway. */
static int
event_tell(const struct coexist_quota_notice *notice ATTR_UNUSED,
	   struct coexist_quota_added *added ATTR_UNUSED)
{
	return 0;
}

static const struct channel channels[] = {
	{ .name = "alert", .tell = coexist_quota_alert_tell },
	{ .name = "mail", .tell = coexist_quota_mail_tell },
	{ .name = "event", .tell = event_tell }
};

static const struct channel *
channel_find(const char *name, size_t length)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(channels); i++) {
		if (strlen(channels[i].name) == length &&
		    strncasecmp(channels[i].name, name, length) == 0)
			return &channels[i];
	}
	return NULL;
}

static const char *action_describe(enum coexist_quota_action action)
{
	switch (action) {
	case COEXIST_QUOTA_TELL_NOTHING:
		break;
	case COEXIST_QUOTA_TELL_LEVEL:
		return "reached";
	case COEXIST_QUOTA_TELL_REMINDER:
		return "still reached";
	case COEXIST_QUOTA_TELL_RECOVERED:
		return "below every level again";
	}
	i_unreached();
}

static const char *resource_name(enum coexist_quota_resource resource)
{
	return resource == COEXIST_QUOTA_STORAGE ? "storage" : "messages";
}

static void
event_send(const struct coexist_quota_notice *notice, const char *channel)
{
	struct event *event = coexist_event_create(notice->user);
	char name[COEXIST_QUOTA_LEVEL_MAX_LENGTH];
	const char *level = coexist_quota_level_name(&notice->level, name);
	const char *resource = resource_name(notice->usage.resource);

	event_set_name(event, "coexist_quota_notice");
	event_add_str(event, "level", level);
	event_add_str(event, "resource", resource);
	event_add_int(event, "used", (intmax_t)notice->usage.used);
	event_add_int(event, "limit", (intmax_t)notice->usage.limit);
	event_add_int(event, "percent", (intmax_t)notice->percent);
	event_add_str(event, "channel", channel);
	e_info(event, "coexist: Quota notice: user=<%s> level=%s (%s) "
	       "resource=%s used=%"PRIu64" limit=%"PRIu64" percent=%"PRIu64" "
	       "channel=%s", coexist_logged_name(notice->user->username), level,
	       action_describe(notice->action), resource,
	       notice->usage.used, notice->usage.limit, notice->percent,
	       channel);
	event_unref(&event);
}

struct coexist_quota_added
coexist_quota_tell(const struct coexist_quota_notice *notice)
{
	const char *list = coexist_policy_text(notice->policy,
		COEXIST_KEY_quota_warn_channels);
	const struct channel *channel;
	struct coexist_quota_added added = { .bytes = 0 };
	const char *item;
	size_t length;

	while (coexist_list_next(&list, &item, &length)) {
		channel = channel_find(item, length);
		if (channel != NULL && channel->tell(notice, &added) == 0)
			event_send(notice, channel->name);
	}
	return added;
}
