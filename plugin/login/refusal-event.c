/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in refusal-event.h. */

#include "lib.h"
#include "refusal-event.h"
#include "lib-event.h"
#include "event-category.h"
#include "refusal-log.h"

void coexist_refusal_event_send(struct event *parent,
				const struct coexist_refused_login *login,
				const struct coexist_refusal_cause *cause)
{
	struct event *event;

	if (login->log_only)
		return;
	event = event_create(parent);
	event_add_category(event, &coexist_event_category);
	event_set_name(event, "coexist_access_denied");
	event_add_str(event, "user", login->user);
	event_add_str(event, "protocol",
		      coexist_protocol_name(login->protocol));
	event_add_str(event, "reason", cause->reason);
	event_add_str(event, "scope", cause->scope);
	e_debug(event, "coexist: %s is denied by %s (%s)",
		coexist_protocol_label(login->protocol), cause->reason,
		cause->scope);
	event_unref(&event);
}
