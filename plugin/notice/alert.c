/* See the contract in alert.h. */

#include "lib.h"
#include "alert.h"
#include "ioloop.h"
#include "str.h"
#include "mailbox-state.h"
#include "time-since.h"

#define STATE_ALERT "alert"
#define STATE_ALERTED_AT "alerted_at"

/* Enough for a sentence, and far from what a client can't read in a line. */
#define ALERT_MAX_LENGTH 400

/* Returns the text as IMAP can say it to every client, on the data stack. */
static const char *ascii_line(const char *text)
{
	string_t *line = t_str_new(128);

	for (; *text != '\0' && str_len(line) < ALERT_MAX_LENGTH; text++) {
		unsigned char c = (unsigned char)*text;

		str_append_c(line, c >= ' ' && c < 0x7f ? c : '?');
	}
	return str_c(line);
}

int coexist_alert_leave(struct mail_user *user, const char *text)
{
	const struct coexist_state_value value = {
		.name = STATE_ALERT,
		.value = ascii_line(text)
	};

	return coexist_mailbox_state_set(user, &value, 1);
}

bool coexist_alert_is_left(const char *state)
{
	const char *text = coexist_state_text_get(state, STATE_ALERT);

	return text != NULL && *text != '\0';
}

/* Returns TRUE if a line was taken lately. A time that can't be read is none. */
static bool is_early(const char *state)
{
	const char *value = coexist_state_text_get(state, STATE_ALERTED_AT);
	uint64_t alerted_at, passed;

	return value != NULL && str_to_uint64(value, &alerted_at) == 0 &&
		coexist_time_since(alerted_at, (uint64_t)ioloop_time,
				   &passed) &&
		passed < COEXIST_ALERT_INTERVAL_SECS;
}

/* Returns the line that may be said now, or NULL. */
static const char *alert_find(const char *state)
{
	if (!coexist_alert_is_left(state) || is_early(state))
		return NULL;
	/* whoever wrote the file */
	return ascii_line(coexist_state_text_get(state, STATE_ALERT));
}

static unsigned int
alert_decide(const char *state, struct coexist_state_value *values_r,
	     void *context)
{
	const char **text_r = context;

	*text_r = alert_find(state);
	if (*text_r == NULL)
		return 0;
	values_r[0].name = STATE_ALERT;
	values_r[0].value = "";
	values_r[1].name = STATE_ALERTED_AT;
	values_r[1].value = dec2str((uint64_t)ioloop_time);
	return 2;
}

const char *coexist_alert_take(struct mail_user *user)
{
	const char *state, *text = NULL;

	if (coexist_mailbox_state_read(user, &state) < 0 || alert_find(state) == NULL ||
	    coexist_mailbox_state_update(user, alert_decide, &text) < 0)
		return NULL;
	return text;
}
