/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log line of a refusal has one form, whatever the client calls itself. */

#include "lib.h"
#include "refusal-log.h"
#include "net.h"

#include <stdbool.h>
#include <stdio.h>

static const struct row {
	const char *label;
	struct coexist_refused_login login;
	const char *client;
	enum coexist_key key;
	const char *value, *scope;
	const char *line;
} rows[] = {
	{ "by a document",
	  { .user = "jo@example.org", .protocol = COEXIST_PROTOCOL_POP3 },
	  "192.0.2.7", COEXIST_KEY_pop3_access, "deny",
	  "the mailbox's document",
	  "coexist: refused user=<jo@example.org> protocol=pop3 "
	  "client=192.0.2.7 pop3_access=deny "
	  "set-by=\"the mailbox's document\"" },
	{ "log_only",
	  { .user = "jo", .protocol = COEXIST_PROTOCOL_WEBMAIL,
	    .log_only = TRUE },
	  "2001:db8::1", COEXIST_KEY_webmail_until, "2026-01-31", "userdb",
	  "coexist: would refuse user=<jo> protocol=webmail "
	  "client=2001:db8::1 webmail_until=2026-01-31 set-by=\"userdb\"" },
	{ "no address, and nobody has set it",
	  { .user = "jo", .protocol = COEXIST_PROTOCOL_IMAP },
	  NULL, COEXIST_KEY_imap_tls, "required", NULL,
	  "coexist: refused user=<jo> protocol=imap client= "
	  "imap_tls=required set-by=\"the built-in default\"" },
	{ "forged",
	  { .user = "a> protocol=imap <b\nc", .protocol = COEXIST_PROTOCOL_SIEVE },
	  "192.0.2.7", COEXIST_KEY_sieve_networks, "10.0.0.0/8\n192.0.2.0/24",
	  "userdb",
	  "coexist: refused user=<a? protocol=imap ?b\xEF\xBF\xBD" "c> "
	  "protocol=sieve client=192.0.2.7 "
	  "sieve_networks=10.0.0.0/8?192.0.2.0/24 set-by=\"userdb\"" },
};

static bool holds(const struct row *row)
{
	const struct coexist_scope scope = { .name = row->scope };
	struct coexist_refused_login login = row->login;
	struct coexist_refusal_cause cause;
	struct coexist_policy policy;
	struct ip_addr client;
	const char *line;

	i_zero(&policy);
	policy.entries[row->key].text = row->value;
	policy.entries[row->key].scope = row->scope == NULL ? NULL : &scope;
	if (row->client != NULL) {
		if (net_addr2ip(row->client, &client) < 0)
			i_unreached();
		login.client = &client;
	}
	coexist_refusal_cause_key(&policy, row->key, &cause);
	line = coexist_refusal_log(&login, cause.log);
	if (strcmp(line, row->line) == 0)
		return true;
	printf("%s: \"%s\", expected \"%s\"\n", row->label, line, row->line);
	return false;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		if (!holds(&rows[i]))
			failed++;
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
