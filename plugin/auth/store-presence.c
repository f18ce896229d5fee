/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in store-presence.h. */

#include "lib.h"
#include "store-presence.h"
#include "lib-event.h"
#include "policy-store.h"
#include "store-error.h"
#include "store-seen.h"

struct coexist_store_presence {
	const struct coexist_site_config *config;
	struct event *event;
	struct coexist_log_repeat *log;

	/* the marker was there once; it was said that there is none */
	bool seen, noted;
};

struct coexist_store_presence *
coexist_store_presence_new(const struct coexist_site_config *config,
			   struct event *event, struct coexist_log_repeat *log)
{
	struct coexist_store_presence *presence;

	presence = i_new(struct coexist_store_presence, 1);
	presence->config = config;
	presence->event = event;
	presence->log = log;
	return presence;
}

void coexist_store_presence_free(struct coexist_store_presence *presence)
{
	i_free(presence);
}

static bool
is_missing(struct coexist_store_presence *presence, struct event *event,
	   bool has_lost)
{
	if (!presence->seen)
		presence->seen = coexist_store_was_seen();
	if (!coexist_store_needs_marker(presence->config,
					presence->seen || has_lost)) {
		if (!presence->noted) {
			e_warning(presence->event, "coexist: %s",
				  COEXIST_STORE_REMEDY_MARKER);
		}
		presence->noted = TRUE;
		return FALSE;
	}
	coexist_store_error_report(presence->log, event, COEXIST_STORE_KEY_MARKER,
				   COEXIST_STORE_REMEDY_MARKER,
				   COEXIST_STORE_REMEDY_MARKER);
	return TRUE;
}

bool coexist_store_presence_judge(struct coexist_store_presence *presence,
				  struct event *event,
				  enum coexist_store_marker marker,
				  bool has_lost)
{
	switch (marker) {
	case COEXIST_STORE_MARKER_NOT_ASKED:
		break;
	case COEXIST_STORE_MARKER_FOUND:
		presence->seen = TRUE;
		break;
	case COEXIST_STORE_MARKER_MISSING:
		return !is_missing(presence, event, has_lost);
	case COEXIST_STORE_MARKER_FAILED:
		return FALSE;
	}
	return TRUE;
}
