/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_EVENT_CATEGORY_H
#define COEXIST_EVENT_CATEGORY_H

/* The category of all events of ours, by which log_debug and metrics name them:
   coexist. Each module has its own; to Dovecot those of one name are the same. */
extern struct event_category coexist_event_category;

#endif
