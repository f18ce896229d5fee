/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in alert-state.h. */

#include "lib.h"
#include "alert-state.h"
#include "str.h"
#include "time-since.h"

#define STATE_ALERT "alert"
#define STATE_ALERTED_AT "alerted_at"

/* Returns the line as IMAP can say it to every client, on the data stack. */
static const char *line_check(const char *text)
{
	string_t *line = t_str_new(128);
	unsigned char c;

	for (; *text != '\0' && str_len(line) < COEXIST_ALERT_MAX_LENGTH;
	     text++) {
		c = (unsigned char)*text;
		str_append_c(line, c >= ' ' && c < 0x7f ? c : '?');
	}
	return str_c(line);
}

/* Returns TRUE if a line was taken lately. A time that can't be read is none. */
static bool is_early(const char *text, time_t now)
{
	const char *value = coexist_state_text_get(text, STATE_ALERTED_AT);
	uint64_t alerted_at, passed;

	return value != NULL && str_to_uint64(value, &alerted_at) == 0 &&
		coexist_time_since(alerted_at, (uint64_t)now, &passed) &&
		passed < COEXIST_ALERT_INTERVAL_SECS;
}

enum coexist_alert_state
coexist_alert_state_parse(const char *text, time_t now, const char **line_r)
{
	const char *line = coexist_state_text_get(text, STATE_ALERT);

	if (line == NULL || *line == '\0')
		return COEXIST_ALERT_NONE;
	if (is_early(text, now))
		return COEXIST_ALERT_EARLY;
	*line_r = line_check(line);
	return COEXIST_ALERT_READY;
}

struct coexist_state_value coexist_alert_state_left(const char *line)
{
	return (struct coexist_state_value){
		.name = STATE_ALERT,
		.value = line
	};
}

void coexist_alert_state_taken(time_t now,
	struct coexist_state_value values_r[COEXIST_ALERT_STATE_VALUES])
{
	values_r[0] = coexist_alert_state_left("");
	values_r[1].name = STATE_ALERTED_AT;
	values_r[1].value = dec2str((uint64_t)now);
}
