/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in coexist-event.h. */

#include "lib.h"
#include "coexist-event.h"
#include "event-category.h"
#include "event-filter.h"
#include "str.h"

struct event *coexist_event_create(struct mail_user *user)
{
	struct event *event = event_create(user->event);

	event_add_category(event, &coexist_event_category);
	return event;
}

bool coexist_trace_has_filter(void)
{
	static const struct event_filter *checked = NULL;
	static bool has_filter = FALSE;
	struct event_filter *filter = event_get_global_debug_log_filter();

	if (filter == checked)
		return has_filter;
	checked = filter;
	has_filter = FALSE;
	if (filter != NULL) T_BEGIN {
		string_t *text = t_str_new(64);

		event_filter_export(filter, text);
		has_filter = str_len(text) > 0;
	} T_END;
	return has_filter;
}
