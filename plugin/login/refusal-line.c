/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in refusal-line.h. */

#include "lib.h"
#include "refusal-line.h"
#include "str.h"
#include "str-sanitize.h"

static const char *pop3_code(enum coexist_refusal_text id)
{
	switch (id) {
	case COEXIST_TEXT_login_delay:
		return "[LOGIN-DELAY] ";
	case COEXIST_TEXT_max_sessions:
		return "[IN-USE] ";
	case COEXIST_TEXT_store:
		return "[SYS/TEMP] ";
	default:
		return "[SYS/PERM] ";
	}
}

/* By [UNAVAILABLE], programs that look at codes show the text and keep the
   password; by [CONTACTADMIN] and [LIMIT] they ask for another one and show
   none (doc/clients.md). A Dovecot in between takes [UNAVAILABLE] for
   something to try again, and hands [ALERT] on. */
static const char *imap_code(enum coexist_refusal_text id, bool relayed)
{
	switch (id) {
	case COEXIST_TEXT_tls:
		return "[PRIVACYREQUIRED] ";
	case COEXIST_TEXT_store:
		return "[UNAVAILABLE] ";
	default:
		return relayed ? "[ALERT] " : "[UNAVAILABLE] ";
	}
}

static const char *
response_code(enum coexist_protocol protocol, enum coexist_refusal_text id,
	      bool relayed)
{
	switch (protocol) {
	case COEXIST_PROTOCOL_POP3:
		return pop3_code(id);
	case COEXIST_PROTOCOL_IMAP:
	case COEXIST_PROTOCOL_WEBMAIL:
		return imap_code(id, relayed);
	case COEXIST_PROTOCOL_SUBMISSION:
	case COEXIST_PROTOCOL_SIEVE:
	case COEXIST_PROTOCOL_OTHER:
		/* Dovecot puts its own before the text */
		break;
	}
	return "";
}

const char *coexist_refusal_line(enum coexist_protocol protocol,
				 enum coexist_refusal_text id, bool relayed,
				 const char *text)
{
	string_t *str = t_str_new(128);
	char *del;

	str_append(str, response_code(protocol, id, relayed));
	str_sanitize_append(str, text, COEXIST_REFUSAL_TEXT_MAX_LENGTH);
	/* which is let pass */
	for (del = str_c_modifiable(str); (del = strchr(del, 0x7f)) != NULL;)
		*del = '?';
	return str_c(str);
}
