/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ALERT_STATE_H
#define COEXIST_ALERT_STATE_H

#include "state-file.h"

/* The memory of alerts in dovecot-coexist.state:

     alert=TEXT               the line that waits, "" if there is none
     alerted_at=TIME          when a session took one last */

/* Mail programs show each alert in a window, so a mailbox gets one a day. */
#define COEXIST_ALERT_INTERVAL_SECS (24 * 60 * 60)

/* Bytes that a line is cut to: enough for a sentence, and far from what a client
   can't read in a line. */
#define COEXIST_ALERT_MAX_LENGTH 400

enum coexist_alert_state {
	/* no line waits */
	COEXIST_ALERT_NONE,
	/* a line waits, and one was taken less than a day ago */
	COEXIST_ALERT_EARLY,
	COEXIST_ALERT_READY
};

/* Reads the state's text. With COEXIST_ALERT_READY, *line_r is the line on the
   data stack, in printable ASCII, whoever wrote the file. */
enum coexist_alert_state
coexist_alert_state_parse(const char *text, time_t now, const char **line_r);

/* Returns the value by which this line waits; "" is none. */
struct coexist_state_value coexist_alert_state_left(const char *line);
/* Says that a line was taken now, in values that are on the data stack. */
#define COEXIST_ALERT_STATE_VALUES 2
void coexist_alert_state_taken(time_t now,
	struct coexist_state_value values_r[COEXIST_ALERT_STATE_VALUES]);

#endif
