/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in coexist-event.h. */

#include "lib.h"
#include "coexist-event.h"

static struct event_category event_category_coexist = {
	.name = "coexist"
};

struct event *coexist_event_create(struct mail_user *user)
{
	struct event *event = event_create(user->event);

	event_add_category(event, &event_category_coexist);
	return event;
}
