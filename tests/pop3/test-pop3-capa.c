/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the answers that Dovecot sends is taken for that to CAPA, and what
   becomes of it. */

#include "pop3-common.h"
#include "lib-event.h"
#include "ostream.h"
#include "str.h"
#include "coexist-event.h"
#include "pop3-capa.h"
#include "pop3-login-delay.h"
#include "pop3-retention.h"

#include <stdio.h>

#define DOVECOTS "+OK\r\nCAPA\r\nTOP\r\nUIDL\r\n"
#define END ".\r\n"

static const struct row {
	const char *label;
	const char *expire;
	const char *login_delay;
	/* a RETR or another long answer is being sent */
	bool in_answer;
	/* what is sent by one write, in one or two pieces */
	const char *sent[2];
	const char *want;
} rows[] = {
	{ "no capability", "", "", FALSE,
	  { DOVECOTS END }, DOVECOTS END },
	{ "EXPIRE", "EXPIRE 30\r\n", "", FALSE,
	  { DOVECOTS END }, DOVECOTS "EXPIRE 30\r\n" END },
	{ "LOGIN-DELAY", "", "LOGIN-DELAY 60\r\n", FALSE,
	  { DOVECOTS END }, DOVECOTS "LOGIN-DELAY 60\r\n" END },
	{ "both", "EXPIRE 30\r\n", "LOGIN-DELAY 60\r\n", FALSE,
	  { DOVECOTS END },
	  DOVECOTS "EXPIRE 30\r\nLOGIN-DELAY 60\r\n" END },
	{ "an answer without capabilities", "EXPIRE 30\r\n", "", FALSE,
	  { "+OK\r\nCAPA\r\n" END }, "+OK\r\nCAPA\r\n" END },
	{ "a message that looks like it", "EXPIRE 30\r\n", "", TRUE,
	  { DOVECOTS END }, DOVECOTS END },
	{ "another answer", "EXPIRE 30\r\n", "", FALSE,
	  { "+OK\r\n1 120\r\n2 99\r\n" END },
	  "+OK\r\n1 120\r\n2 99\r\n" END },
	{ "an answer of one line", "EXPIRE 30\r\n", "", FALSE,
	  { "+OK\r\n" }, "+OK\r\n" },
	{ "an answer that goes on", "EXPIRE 30\r\n", "", FALSE,
	  { DOVECOTS }, DOVECOTS },
	{ "an end that is part of a line", "EXPIRE 30\r\n", "", FALSE,
	  { "+OK\r\nCAPA\r\nXY.\r\n" }, "+OK\r\nCAPA\r\nXY.\r\n" },
	{ "two pieces", "EXPIRE 30\r\n", "", FALSE,
	  { DOVECOTS, END }, DOVECOTS END },
	{ "two answers", "EXPIRE 30\r\n", "", FALSE,
	  { DOVECOTS END, "+OK\r\n" }, DOVECOTS END "+OK\r\n" },
	{ "nothing", "EXPIRE 30\r\n", "", FALSE, { "" }, "" }
};

static const struct row *row_now;

const char *pop3_retention_capability(struct client *client ATTR_UNUSED)
{
	return row_now->expire;
}

const char *pop3_login_delay_capability(struct client *client ATTR_UNUSED)
{
	return row_now->login_delay;
}

bool coexist_trace_has_filter(void)
{
	return FALSE;
}

struct event *coexist_event_create(struct mail_user *user ATTR_UNUSED)
{
	return event_create(NULL);
}

static void command(struct client *client ATTR_UNUSED)
{
}

/* Returns TRUE if all was taken, and goes on at the place where it should. */
static bool send_all(struct ostream *output, const struct row *row)
{
	const char *second = row->sent[1] == NULL ? "" : row->sent[1];
	const struct const_iovec iov[] = {
		{ row->sent[0], strlen(row->sent[0]) },
		{ second, strlen(second) }
	};
	ssize_t size = (ssize_t)(iov[0].iov_len + iov[1].iov_len);

	return o_stream_sendv(output, iov, row->sent[1] == NULL ? 1 : 2) ==
			size &&
		output->offset == strlen(row->want);
}

static bool row_is_right(const struct row *row)
{
	string_t *got = t_str_new(128);
	struct mail_user user = { .event = event_create(NULL) };
	struct client client = {
		.pool = pool_datastack_create(),
		.user = &user,
		.output = o_stream_create_buffer(got),
		.cmd = row->in_answer ? command : NULL
	};
	bool right;

	row_now = row;
	o_stream_set_no_error_handling(client.output, TRUE);
	pop3_capa_create(&client);
	right = send_all(client.output, row) &&
		strcmp(str_c(got), row->want) == 0;
	o_stream_destroy(&client.output);
	event_unref(&user.event);
	return right;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		if (!row_is_right(&rows[i])) {
			printf("%s\n", rows[i].label);
			failed++;
		}
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
