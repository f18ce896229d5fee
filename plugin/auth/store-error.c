/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in store-error.h. */

#include "lib.h"
#include "store-error.h"
#include "lib-event.h"
#include "event-category.h"
#include "str.h"
#include "known-documents.h"
#include "log-repeat.h"

#include <ctype.h>

void coexist_store_error_report(struct coexist_log_repeat *log,
				struct event *parent, const char *key,
				const char *kind, const char *error)
{
	struct event *event = event_create(parent);

	event_add_category(event, &coexist_event_category);
	event_set_name(event, "coexist_store_error");
	event_add_str(event, "key", coexist_logged_key(key));
	event_add_str(event, "error", coexist_logged_key(error));
	if (coexist_log_repeat_may(log, kind))
		e_error(event, "%s", coexist_logged_key(error));
	else
		e_debug(event, "coexist: %s", coexist_logged_key(error));
	event_unref(&event);
}

static void append_words(string_t *kind, const char *text, const char *end)
{
	for (; text != end; text++) {
		if (!i_isdigit(*text))
			str_append_c(kind, *text);
	}
}

const char *coexist_store_error_kind(const char *key, const char *error)
{
	const char *found = strstr(error, key);
	string_t *kind = t_str_new(128);

	if (found != NULL) {
		append_words(kind, error, found);
		error = found + strlen(key);
	}
	append_words(kind, error, error + strlen(error));
	return str_c(kind);
}
