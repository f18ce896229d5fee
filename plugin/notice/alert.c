/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in alert.h. */

#include "lib.h"
#include "alert.h"
#include "ioloop.h"
#include "mail-user.h"
#include "alert-state.h"
#include "mailbox-state.h"
#include "coexist-event.h"

int coexist_alert_leave(struct mail_user *user, const char *line)
{
	const struct coexist_state_value value = coexist_alert_state_left(line);

	if (coexist_mailbox_state_set(user, &value, 1) < 0)
		return -1;
	if (*line == '\0')
		coexist_trace(user, "Alert: taken back");
	else
		coexist_trace(user, "Alert: left: %s", line);
	return 0;
}

bool coexist_alert_is_left(const char *state)
{
	const char *line;

	return coexist_alert_state_parse(state, ioloop_time, &line) !=
		COEXIST_ALERT_NONE;
}

/* Under the lock: of several sessions that can say the line, one gets it. */
static unsigned int
take_decide(const char *state, struct coexist_state_value *values_r,
	    void *context)
{
	const char **line_r = context;

	if (coexist_alert_state_parse(state, ioloop_time, line_r) !=
	    COEXIST_ALERT_READY)
		return 0;
	coexist_alert_state_taken(ioloop_time, values_r);
	return COEXIST_ALERT_STATE_VALUES;
}

/* Returns the line if it may be said now, or NULL. */
static const char *alert_find(struct mail_user *user, const char *state)
{
	const char *line = NULL;

	switch (coexist_alert_state_parse(state, ioloop_time, &line)) {
	case COEXIST_ALERT_NONE:
		return NULL;
	case COEXIST_ALERT_EARLY:
		coexist_trace(user, "Alert: waits, because a session "
			      "took one less than a day ago");
		return NULL;
	case COEXIST_ALERT_READY:
		return line;
	}
	i_unreached();
}

const char *coexist_alert_take(struct mail_user *user)
{
	const char *state, *line = NULL;

	if (coexist_mailbox_state_read(user, &state) < 0 ||
	    alert_find(user, state) == NULL ||
	    coexist_mailbox_state_update(user, take_decide, &line) < 0)
		return NULL;
	if (line == NULL)
		coexist_trace(user, "Alert: another session took it");
	else
		coexist_trace(user, "Alert: taken: %s", line);
	return line;
}
