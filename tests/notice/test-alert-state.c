/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which alert the mailbox's state has for the next IMAP session. */

#include "lib.h"
#include "alert-state.h"
#include "str.h"

#include <stdio.h>

#define NOW 1800000000

static const struct row {
	const char *label, *text;
	enum coexist_alert_state state;
	/* NULL unless the state is COEXIST_ALERT_READY */
	const char *line;
} rows[] = {
	{ "an empty state", "", COEXIST_ALERT_NONE, NULL },
	{ "another state", "alerted_at=1\nquota_level=80%\n",
	  COEXIST_ALERT_NONE, NULL },
	{ "a line that was taken back", "alert=\n", COEXIST_ALERT_NONE, NULL },
	{ "a line that was taken", "alert=\nalerted_at=1799999999\n",
	  COEXIST_ALERT_NONE, NULL },
	{ "the first line", "alert=82 % full.\n", COEXIST_ALERT_READY,
	  "82 % full." },
	{ "a second ago", "alert=a\nalerted_at=1799999999\n",
	  COEXIST_ALERT_EARLY, NULL },
	{ "a second less than a day ago", "alert=a\nalerted_at=1799913601\n",
	  COEXIST_ALERT_EARLY, NULL },
	{ "a day ago", "alert=a\nalerted_at=1799913600\n",
	  COEXIST_ALERT_READY, "a" },
	{ "a clock that is a little ahead", "alert=a\nalerted_at=1800000300\n",
	  COEXIST_ALERT_EARLY, NULL },
	{ "a clock that is wrong", "alert=a\nalerted_at=1800000301\n",
	  COEXIST_ALERT_READY, "a" },
	{ "no time", "alert=a\nalerted_at=0\n", COEXIST_ALERT_READY, "a" },
	{ "a time that can't be read", "alert=a\nalerted_at=yesterday\n",
	  COEXIST_ALERT_READY, "a" },
	{ "what IMAP can't say", "alert=b\xC3\xBC\t\x07\x7f~ \n",
	  COEXIST_ALERT_READY, "b?????~ " },
};

static bool holds(const struct row *row)
{
	const char *line = NULL;

	return coexist_alert_state_parse(row->text, NOW, &line) == row->state &&
		null_strcmp(line, row->line) == 0;
}

/* A line that is as long as it may be, and one that is cut. */
static bool length_holds(unsigned int length, unsigned int kept)
{
	string_t *text = t_str_new(1024);
	const char *line;

	str_append(text, "alert=");
	for (; length > 0; length--)
		str_append_c(text, 'x');
	return coexist_alert_state_parse(str_c(text), NOW, &line) ==
		COEXIST_ALERT_READY && strlen(line) == kept;
}

/* What is written is read: it waits, and once taken it is gone. */
static bool written_holds(void)
{
	struct coexist_state_value left = coexist_alert_state_left("a=b");
	struct coexist_state_value taken[COEXIST_ALERT_STATE_VALUES];
	const char *line = NULL, *text;

	text = t_strdup_printf("%s=%s\n", left.name, left.value);
	if (coexist_alert_state_parse(text, NOW, &line) !=
	    COEXIST_ALERT_READY || null_strcmp(line, "a=b") != 0)
		return FALSE;
	coexist_alert_state_taken(NOW, taken);
	text = t_strdup_printf("%s=%s\n%s=%s\n", taken[0].name, taken[0].value,
			       taken[1].name, taken[1].value);
	return strcmp(text, "alert=\nalerted_at=1800000000\n") == 0;
}

static unsigned int check(const char *label, bool right)
{
	if (!right)
		printf("%s\n", label);
	return right ? 0 : 1;
}

int main(void)
{
	const unsigned int max = COEXIST_ALERT_MAX_LENGTH;
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++)
		failed += check(rows[i].label, holds(&rows[i]));
	failed += check("as long as may be", length_holds(max, max));
	failed += check("a line too long", length_holds(max + 1, max));
	failed += check("what is written", written_holds());
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
