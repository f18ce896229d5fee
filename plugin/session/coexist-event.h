/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_EVENT_H
#define COEXIST_EVENT_H

#include "lib-event.h"
#include "mail-user.h"

/* Returns an event of the category coexist, child of the user's, for the log,
   for metrics and for event exporters. Unreference it. */
struct event *coexist_event_create(struct mail_user *user);

/* Returns TRUE if there is a log_debug, whatever it matches. Dovecot's processes have
   a filter without one, too: the master gives them an empty text of it. */
bool coexist_trace_has_filter(void);

/* Returns TRUE if somebody debugs: by any log_debug, or by mail_debug. */
static inline bool coexist_trace_is_on(const struct mail_user *user)
{
	return coexist_trace_has_filter() || event_want_debug(user->event);
}

/* Traces a decision about the user in the log: why something was done, or was
   not. Shown with log_debug = category=coexist. A macro, so that a session pays
   neither for an event nor for what the arguments cost to find out until
   somebody wants to read them. */
#define coexist_trace(user, ...) STMT_START { \
	struct mail_user *_trace_user = (user); \
	if (coexist_trace_is_on(_trace_user)) T_BEGIN { \
		struct event *_trace_event = \
			coexist_event_create(_trace_user); \
		e_debug(_trace_event, "coexist: " __VA_ARGS__); \
		event_unref(&_trace_event); \
	} T_END; \
	} STMT_END

#endif
