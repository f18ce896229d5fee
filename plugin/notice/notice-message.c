/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-message.h. */

#include "lib.h"
#include "notice-message.h"
#include "guid.h"
#include "message-address.h"
#include "message-date.h"
#include "message-header-encode.h"
#include "notice-text.h"
#include "qp-encoder.h"
#include "str.h"

#include <ctype.h>

/* RFC 2045, section 6.7, allows 76. A blank that Dovecot's encoder puts at the end
   of a line as "=20=" makes it longer by two than it was asked for. */
#define QP_LINE_LENGTH 74

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text > 0x7E || (unsigned char)*text < ' ')
			return FALSE;
	}
	return TRUE;
}

static const char *guid_new(void)
{
	guid_128_t guid;

	guid_128_generate(guid);
	return guid_128_to_string(guid);
}

static bool is_domain(const char *domain)
{
	if (*domain == '\0')
		return FALSE;
	for (; *domain != '\0'; domain++) {
		if (!i_isalnum(*domain) && strchr(".-", *domain) == NULL)
			return FALSE;
	}
	return TRUE;
}

/* A mailbox whose name is no address is one at the site. Without the header,
   which RFC 5322 does not require, if a name can't be said in ASCII. */
static void write_to(string_t *dest, const char *user, const char *site)
{
	const char *at = strrchr(user, '@');
	struct message_address to;

	message_address_init(&to, /*name=*/NULL,
			     at == NULL ? user : t_strdup_until(user, at),
			     at == NULL ? site : at + 1);
	if (is_ascii(to.mailbox) && is_domain(to.domain)) {
		str_printfa(dest, "To: %s\n",
			    message_address_first_to_string(&to));
	}
}

static void write_subject(string_t *dest, const char *subject)
{
	const char *name = "Subject: ";

	str_append(dest, name);
	if (is_ascii(subject)) {
		str_append(dest, subject);
	} else {
		message_header_encode_q((const unsigned char *)subject,
					strlen(subject), dest, strlen(name));
	}
	str_append_c(dest, '\n');
}

static void
write_header(string_t *dest, const struct coexist_notice_message *message)
{
	const char *site = message->from->domain;

	/* RFC 5321, section 4.4: nobody is to answer */
	str_append(dest, "Return-Path: <>\n");
	str_printfa(dest, "Date: %s\n", message_date_create(message->date));
	str_printfa(dest, "From: %s\n",
		    message_address_first_to_string(message->from));
	write_to(dest, message->user, site);
	write_subject(dest, message->text->words.subject);
	str_printfa(dest, "Message-ID: <%s@%s>\n", guid_new(), site);
	/* RFC 3834, section 5 */
	str_append(dest, "Auto-Submitted: auto-generated\n");
	str_printfa(dest, COEXIST_NOTICE_HEADER": %s\n", message->kind);
	/* RFC 3282 */
	str_printfa(dest, "Content-Language: %s\n", message->text->language);
	str_append(dest, "MIME-Version: 1.0\n");
}

static void write_part(string_t *dest, const char *type, const char *text)
{
	struct qp_encoder *qp;

	str_printfa(dest, "Content-Type: text/%s; charset=utf-8\n"
		    "Content-Transfer-Encoding: quoted-printable\n\n", type);
	qp = qp_encoder_init(dest, QP_LINE_LENGTH, 0);
	qp_encoder_more(qp, text, strlen(text));
	qp_encoder_finish(qp);
	qp_encoder_deinit(&qp);
}

static void
write_alternatives(string_t *dest, const struct coexist_notice_text *text)
{
	const char *boundary = guid_new();

	str_printfa(dest, "Content-Type: multipart/alternative;\n"
		    "\tboundary=\"=_%s\"\n\n--=_%s\n", boundary, boundary);
	write_part(dest, "plain", text->words.plain);
	str_printfa(dest, "\n--=_%s\n", boundary);
	write_part(dest, "html", text->html);
	str_printfa(dest, "\n--=_%s--\n", boundary);
}

void coexist_notice_message_write(string_t *dest,
				  const struct coexist_notice_message *message)
{
	write_header(dest, message);
	if (message->text->html == NULL)
		write_part(dest, "plain", message->text->words.plain);
	else
		write_alternatives(dest, message->text);
}
