/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The greeting is held back until it is passed or replaced, once. */

#include "pop3-common.h"
#include "ostream.h"
#include "str.h"
#include "pop3-greeting.h"

#include <stdio.h>

static const struct row {
	const char *label;
	/* what happens, in order: a word is sent, + is the greeting passed and
	   - replaced by "no" */
	const char *steps[5];
	const char *want;
} rows[] = {
	{ "held", { "hello" }, "" },
	{ "held in two pieces", { "hel", "lo" }, "" },
	{ "passed", { "hel", "lo", "+" }, "hello" },
	{ "passed before anything is said", { "+", "hello" }, "hello" },
	{ "passed, and then the session", { "hello", "+", "world" },
	  "helloworld" },
	{ "passed twice", { "hello", "+", "world", "+" }, "helloworld" },
	{ "replaced", { "hello", "-" }, "no" },
	{ "replaced, and nothing else", { "hello", "-", "world" }, "no" },
	{ "replaced, passed too late", { "hello", "-", "+", "world" }, "no" },
	{ "passed, replaced nevertheless", { "hello", "+", "-", "world" },
	  "hellono" },
	{ "nothing but a decision", { "-" }, "no" }
};

/* Returns FALSE if the stream does not say that it took all. */
static bool step(struct ostream *output, const char *what)
{
	if (strcmp(what, "+") == 0)
		pop3_greeting_pass(output);
	else if (strcmp(what, "-") == 0)
		pop3_greeting_replace(output, "no");
	else
		return o_stream_send_str(output, what) == (ssize_t)strlen(what);
	return TRUE;
}

static bool row_is_right(const struct row *row)
{
	string_t *got = t_str_new(64);
	struct client client = { .output = o_stream_create_buffer(got) };
	struct ostream *output;
	unsigned int i;
	bool right;

	o_stream_set_no_error_handling(client.output, TRUE);
	output = pop3_greeting_hold(&client);
	right = client.output == output;
	for (i = 0; i < N_ELEMENTS(row->steps) && row->steps[i] != NULL; i++)
		right = step(output, row->steps[i]) && right;
	right = strcmp(str_c(got), row->want) == 0 && right;
	o_stream_destroy(&client.output);
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
