/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reply to a refused login is one line with the protocol's response code
   (RFC 2449 section 8, RFC 3206, RFC 5530). */

#include "lib.h"
#include "refusal-line.h"

#include <stdbool.h>
#include <stdio.h>

/* "No." behind the code is the whole line. */
static const struct row {
	enum coexist_protocol protocol;
	enum coexist_refusal_text id;
	const char *code;
	bool is_relayed;
} rows[] = {
	{ COEXIST_PROTOCOL_POP3, COEXIST_TEXT_deny, "[SYS/PERM] ", false },
	{ COEXIST_PROTOCOL_POP3, COEXIST_TEXT_tls, "[SYS/PERM] ", false },
	{ COEXIST_PROTOCOL_POP3, COEXIST_TEXT_login_delay, "[LOGIN-DELAY] ", false },
	{ COEXIST_PROTOCOL_POP3, COEXIST_TEXT_max_sessions, "[IN-USE] ", false },
	{ COEXIST_PROTOCOL_POP3, COEXIST_TEXT_store, "[SYS/TEMP] ", false },
	{ COEXIST_PROTOCOL_POP3, COEXIST_TEXT_deny, "[SYS/PERM] ", true },
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_deny, "[UNAVAILABLE] ", false },
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_suspend, "[UNAVAILABLE] ", false },
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_until, "[UNAVAILABLE] ", false },
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_network, "[UNAVAILABLE] ", false },
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_tls, "[PRIVACYREQUIRED] ", false },
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_max_sessions, "[UNAVAILABLE] ", false },
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_store, "[UNAVAILABLE] ", false },
	/* Dovecot's proxy would log in again three times */
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_deny, "[ALERT] ", true },
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_max_sessions, "[ALERT] ", true },
	/* which is what it should do then */
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_store, "[UNAVAILABLE] ", true },
	{ COEXIST_PROTOCOL_IMAP, COEXIST_TEXT_tls, "[PRIVACYREQUIRED] ", true },
	{ COEXIST_PROTOCOL_WEBMAIL, COEXIST_TEXT_until, "[UNAVAILABLE] ", false },
	{ COEXIST_PROTOCOL_WEBMAIL, COEXIST_TEXT_tls, "[PRIVACYREQUIRED] ", false },
	{ COEXIST_PROTOCOL_SUBMISSION, COEXIST_TEXT_tls, "", false },
	{ COEXIST_PROTOCOL_SIEVE, COEXIST_TEXT_store, "", false },
	{ COEXIST_PROTOCOL_OTHER, COEXIST_TEXT_deny, "", false }
};

static const char *repeat(const char *text, unsigned int count)
{
	const char *all = "";

	while (count-- > 0)
		all = t_strconcat(all, text, NULL);
	return all;
}

static unsigned int check(const char *label, const char *line, const char *want)
{
	if (strcmp(line, want) == 0)
		return 0;
	printf("%s: \"%s\", expected \"%s\"\n", label, line, want);
	return 1;
}

static unsigned int test_row(const struct row *row)
{
	return check(t_strdup_printf("protocol %d, text %d", row->protocol,
				     row->id),
		     coexist_refusal_line(row->protocol, row->id, row->is_relayed,
					  "No."),
		     t_strconcat(row->code, "No.", NULL));
}

/* What an administrator writes can neither end the line nor be too long. */
static unsigned int test_texts(void)
{
	const enum coexist_protocol pop3 = COEXIST_PROTOCOL_POP3;
	const enum coexist_refusal_text id = COEXIST_TEXT_deny;
	const char *longest = repeat("0123456789", 40);

	return check("a second line",
		     coexist_refusal_line(pop3, id, FALSE, "No.\r\n+OK"),
		     "[SYS/PERM] No.??+OK") +
		check("DEL", coexist_refusal_line(pop3, id, FALSE, "N\x7fo."),
		      "[SYS/PERM] N?o.") +
		check("nothing", coexist_refusal_line(pop3, id, FALSE, ""),
		      "[SYS/PERM] ") +
		check("the longest", coexist_refusal_line(pop3, id, FALSE, longest),
		      t_strconcat("[SYS/PERM] ", longest, NULL)) +
		check("one byte more",
		      coexist_refusal_line(pop3, id, FALSE,
					   t_strconcat(longest, "x", NULL)),
		      t_strconcat("[SYS/PERM] ", t_strndup(longest, 397),
				  "...", NULL));
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		failed += test_row(&rows[i]);
	} T_END;
	T_BEGIN {
		failed += test_texts();
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
