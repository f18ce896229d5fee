#ifndef COEXIST_EVENT_H
#define COEXIST_EVENT_H

struct event;
struct mail_user;

/* Returns an event of the category coexist, child of the user's, for the log,
   for metrics and for event exporters. Unreference it. */
struct event *coexist_event_create(struct mail_user *user);

/* Traces a decision about the user in the log: why something was done, or was
   not. Shown with log_debug = category=coexist. */
void coexist_trace(struct mail_user *user, const char *format, ...)
	ATTR_FORMAT(2, 3);

#endif
