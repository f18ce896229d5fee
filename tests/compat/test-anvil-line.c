/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line of anvil's list of sessions, as this Dovecot writes it, and what may be
   there that is none. */

#include "lib.h"
#include "compat-anvil.h"

#include <stdbool.h>
#include <stdio.h>

static const struct row {
	const char *label, *line;
	/* NULL for what is not about sessions of a user here */
	const char *user, *service, *address;
	unsigned int count;
} rows[] = {
#if DOVECOT_PREREQ(2, 4, 0)
	{ "a session", "7\tjo@example.org\timap\t192.0.2.7\tguid\t\tsession",
	  "jo@example.org", "imap", "192.0.2.7", 1 },
	{ "without an address", "7\tjo\timap-hibernate\t\tguid\t",
	  "jo", "imap-hibernate", "", 1 },
	{ "the name has a tab", "7\ta\001tb\tpop3\t2001:db8::1\tguid\t",
	  "a\tb", "pop3", "2001:db8::1", 1 },
	{ "proxied to another host", "7\tjo\timap\t192.0.2.7\tguid\t192.0.2.8",
	  NULL, NULL, NULL, 0 },
	{ "too short", "7\tjo\timap\t192.0.2.7\tguid", NULL, NULL, NULL, 0 },
#else
	{ "sessions", "imap/192.0.2.7/jo@example.org\t7\t3",
	  "jo@example.org", "imap", "192.0.2.7", 3 },
	{ "without an address", "imap-hibernate//jo\t7\t1",
	  "jo", "imap-hibernate", "", 1 },
	{ "the name has a slash and a tab", "pop3/2001:db8::1/a/\001tb\t7\t1",
	  "a/\tb", "pop3", "2001:db8::1", 1 },
	{ "no name", "imap/192.0.2.7\t7\t1", NULL, NULL, NULL, 0 },
	{ "no address either", "imap\t7\t1", NULL, NULL, NULL, 0 },
	{ "no number", "imap/192.0.2.7/jo\t7\tx", NULL, NULL, NULL, 0 },
	{ "too short", "imap/192.0.2.7/jo\t7", NULL, NULL, NULL, 0 },
#endif
	{ "nothing", "", NULL, NULL, NULL, 0 }
};

static bool holds(const struct row *row)
{
	struct coexist_anvil_line line;

	if (!coexist_anvil_line_parse(row->line, &line))
		return row->user == NULL;
	return row->user != NULL && strcmp(line.user, row->user) == 0 &&
		strcmp(line.service, row->service) == 0 &&
		strcmp(line.address, row->address) == 0 &&
		line.count == row->count && line.pid == 7;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		if (!holds(&rows[i])) {
			printf("%s: read otherwise\n", rows[i].label);
			failed++;
		}
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
