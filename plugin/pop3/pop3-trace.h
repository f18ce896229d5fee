#ifndef COEXIST_POP3_TRACE_H
#define COEXIST_POP3_TRACE_H

#include "lib-event.h"
#include "coexist-event.h"

/* Traces a decision of the user's POP3 session in the log: why something is done,
   or is not. Shown with log_debug = category=coexist. A macro, so that what the
   reasons cost to find out is paid only if somebody wants to read them. */
#define pop3_trace(user, ...) STMT_START { \
	struct event *_trace = coexist_event_create(user); \
	e_debug(_trace, "coexist: " __VA_ARGS__); \
	event_unref(&_trace); \
	} STMT_END

#endif
