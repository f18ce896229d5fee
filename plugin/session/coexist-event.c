/* See the contract in coexist-event.h. */

#include "lib.h"
#include "coexist-event.h"
#include "lib-event.h"
#include "mail-user.h"

static struct event_category event_category_coexist = {
	.name = "coexist"
};

struct event *coexist_event_create(struct mail_user *user)
{
	struct event *event = event_create(user->event);

	event_add_category(event, &event_category_coexist);
	return event;
}

void coexist_trace(struct mail_user *user, const char *format, ...)
{
	struct event *event = coexist_event_create(user);
	va_list args;

	if (event_want_debug(event)) T_BEGIN {
		va_start(args, format);
		e_debug(event, "coexist: %s",
			t_strdup_vprintf(format, args));
		va_end(args);
	} T_END;
	event_unref(&event);
}
