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

static const char *imap_code(enum coexist_refusal_text id)
{
	switch (id) {
	case COEXIST_TEXT_tls:
		return "[PRIVACYREQUIRED] ";
	case COEXIST_TEXT_max_sessions:
		return "[LIMIT] ";
	case COEXIST_TEXT_store:
		return "[UNAVAILABLE] ";
	default:
		return "[CONTACTADMIN] ";
	}
}

static const char *
response_code(enum coexist_protocol protocol, enum coexist_refusal_text id)
{
	switch (protocol) {
	case COEXIST_PROTOCOL_POP3:
		return pop3_code(id);
	case COEXIST_PROTOCOL_IMAP:
	case COEXIST_PROTOCOL_WEBMAIL:
		return imap_code(id);
	case COEXIST_PROTOCOL_SUBMISSION:
	case COEXIST_PROTOCOL_SIEVE:
	case COEXIST_PROTOCOL_OTHER:
		/* Dovecot puts its own before the text */
		break;
	}
	return "";
}

const char *coexist_refusal_line(enum coexist_protocol protocol,
				 enum coexist_refusal_text id, const char *text)
{
	string_t *str = t_str_new(128);

	str_append(str, response_code(protocol, id));
	str_sanitize_append(str, text, COEXIST_REFUSAL_TEXT_MAX_LENGTH);
	return str_c(str);
}
