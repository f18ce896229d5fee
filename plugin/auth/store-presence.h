/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STORE_PRESENCE_H
#define COEXIST_STORE_PRESENCE_H

struct coexist_log_repeat;
struct coexist_site_config;
struct coexist_store_presence;
struct event;

/* Presence of the store, judged by its marker (policy-store.h): without that, a
   store in which nothing is found is taken for one that is not mounted. */

/* What is known of the marker. */
enum coexist_store_marker {
	COEXIST_STORE_MARKER_NOT_ASKED,
	COEXIST_STORE_MARKER_FOUND,
	COEXIST_STORE_MARKER_MISSING,
	/* that could not be told */
	COEXIST_STORE_MARKER_FAILED
};

/* All that is given must outlive this. */
struct coexist_store_presence *
coexist_store_presence_new(const struct coexist_site_config *config,
			   struct event *event,
			   struct coexist_log_repeat *log);
/* NULL is allowed. */
void coexist_store_presence_free(struct coexist_store_presence *presence);

/* Returns TRUE if documents that were not found are not there. has_lost: one of
   them was there before. That the store is missing is logged with the event. */
bool coexist_store_presence_judge(struct coexist_store_presence *presence,
				  struct event *event,
				  enum coexist_store_marker marker,
				  bool has_lost);

#endif
