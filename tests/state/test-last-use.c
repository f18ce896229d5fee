/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line of the mailbox's state that says when it was used by which protocol. */

#include "lib.h"
#include "last-use.h"
#include "net.h"

#include <stdio.h>

#define TODAY 20800
#define LONGEST_LINE 168

static const struct {
	const char *label;
	/* what there is; NULL for nothing */
	const char *before;
	enum coexist_protocol protocol;
	const char *address;
	/* NULL if nothing is to be written */
	const char *after;
} rows[] = {
	{ "the first note", NULL, COEXIST_PROTOCOL_POP3, "",
	  "20800 pop3=20800" },
	{ "with an address", NULL, COEXIST_PROTOCOL_IMAP, "192.0.2.1",
	  "20800 imap=20800@192.0.2.1" },
	{ "one more protocol, in the order of all", "20700 pop3=20750",
	  COEXIST_PROTOCOL_IMAP, "", "20700 imap=20800 pop3=20750" },
	{ "a later day", "20700 pop3=20799@192.0.2.1 sieve=20701",
	  COEXIST_PROTOCOL_POP3, "192.0.2.2",
	  "20700 pop3=20800@192.0.2.2 sieve=20701" },
	{ "the same day", "20700 pop3=20800", COEXIST_PROTOCOL_POP3,
	  "192.0.2.2", NULL },
	{ "tomorrow, of a host whose clock is ahead", "20700 pop3=20801",
	  COEXIST_PROTOCOL_POP3, "", NULL },
	{ "the day after tomorrow, of a clock that was wrong",
	  "20700 pop3=20802", COEXIST_PROTOCOL_POP3, "",
	  "20700 pop3=20800" },
	{ "a beginning that lies ahead", "20802 imap=20700",
	  COEXIST_PROTOCOL_POP3, "", "20800 pop3=20800" },
	{ "an empty line", "", COEXIST_PROTOCOL_POP3, "",
	  "20800 pop3=20800" },
	{ "no number", "x imap=20700", COEXIST_PROTOCOL_POP3, "",
	  "20800 pop3=20800" },
	{ "items that are none", "20700 imap sieve=x pop9=20701 webmail=0",
	  COEXIST_PROTOCOL_POP3, "", "20700 pop3=20800" },
	{ "an address that is too long", "20700 imap=20700@"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  COEXIST_PROTOCOL_POP3, "", "20700 imap=20700 pop3=20800" },
};

static const struct {
	const char *address, *noted;
} addresses[] = {
	{ NULL, "" },
	{ "192.0.2.1", "192.0.2.1" },
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
	{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
	  "2001:db8:ffff:ffff::/64" },
	{ "::1", "::/64" },
};

static bool is(const char *label, const char *found, const char *expected)
{
	if (null_strcmp(found, expected) == 0)
		return true;
	printf("%s: \"%s\", expected \"%s\"\n", label,
	       found == NULL ? "nothing" : found,
	       expected == NULL ? "nothing" : expected);
	return false;
}

static bool row_holds(unsigned int i)
{
	struct coexist_last_use use;

	coexist_last_use_parse(rows[i].before, TODAY, &use);
	return is(rows[i].label,
		  coexist_last_use_note(&use, rows[i].protocol, TODAY,
					rows[i].address) ?
		  coexist_last_use_format(&use) : NULL, rows[i].after);
}

/* As the page says (doc/end-pop3.md). ManageSieve has no session that notes. */
static bool longest_holds(void)
{
	static const enum coexist_protocol noted[] = {
		COEXIST_PROTOCOL_IMAP, COEXIST_PROTOCOL_POP3,
		COEXIST_PROTOCOL_SUBMISSION, COEXIST_PROTOCOL_WEBMAIL
	};
	struct coexist_last_use use;
	struct ip_addr ip;
	const char *line;
	unsigned int i;

	if (net_addr2ip("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &ip) < 0)
		i_unreached();
	coexist_last_use_parse(NULL, TODAY, &use);
	for (i = 0; i < N_ELEMENTS(noted); i++) {
		(void)coexist_last_use_note(&use, noted[i], TODAY,
					    coexist_last_use_address(&ip));
	}
	line = t_strdup_printf(COEXIST_STATE_LAST_USE"=%s\n",
			       coexist_last_use_format(&use));
	if (strlen(line) == LONGEST_LINE)
		return true;
	printf("the longest line has %zu bytes, expected %u: %s",
	       strlen(line), LONGEST_LINE, line);
	return false;
}

static bool address_holds(unsigned int i)
{
	struct ip_addr ip;

	i_zero(&ip);
	if (addresses[i].address != NULL &&
	    net_addr2ip(addresses[i].address, &ip) < 0)
		i_unreached();
	return is(addresses[i].noted, coexist_last_use_address(
			addresses[i].address == NULL ? NULL : &ip),
		  addresses[i].noted);
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		if (!row_holds(i))
			failed++;
	} T_END;
	for (i = 0; i < N_ELEMENTS(addresses); i++) T_BEGIN {
		if (!address_holds(i))
			failed++;
	} T_END;
	if (!longest_holds())
		failed++;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
