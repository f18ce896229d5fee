/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The message of a notice: its header, its parts, and how long its lines are. */

#include "lib.h"
#include "message-address.h"
#include "notice-message.h"
#include "notice-text.h"
#include "str.h"

#include <stdio.h>

/* RFC 2045, section 6.7 */
#define LINE_MAX_LENGTH 76

/* Whom the message is to; NULL if nobody can be named. */
static const struct to_row {
	const char *user, *to;
} to_rows[] = {
	{ "ana@example.org", "To: <ana@example.org>\n" },
	{ "ana", "To: <ana@site.example>\n" },
	{ "a@b@example.org", "To: <\"a@b\"@example.org>\n" },
	{ "ana maria", "To: <\"ana maria\"@site.example>\n" },
	{ "a\xC3\xB1" "a@example.org", NULL },
	{ "ana@example.org\nBcc: x", NULL },
	{ "ana\nBcc: x@example.org", NULL },
	{ "ana@exa mple.org", NULL },
	{ "ana@", NULL },
};

static const struct subject_row {
	const char *subject, *line;
} subject_rows[] = {
	{ "Full", "Subject: Full\n" },
	{ "82 % =?x?= full", "Subject: 82 % =?x?= full\n" },
	{ "Buz\xC3\xB3n", "Subject: =?utf-8?q?Buz=C3=B3n?=\n" },
};

static const char *
message_write(const char *user, const struct coexist_notice_text *text)
{
	struct message_address from;
	const struct coexist_notice_message message = {
		.from = &from,
		.user = user,
		.kind = "quota-storage",
		.text = text,
		.date = 1800000000
	};
	string_t *str = t_str_new(4096);

	message_address_init(&from, NULL, "postmaster", "site.example");
	coexist_notice_message_write(str, &message);
	return str_c(str);
}

static struct coexist_notice_text text_make(const char *html)
{
	struct coexist_notice_text text = {
		.language = "es",
		.words = { .subject = "Full", .plain = "plain\n" },
		.html = html
	};

	return text;
}

static bool has(const char *message, const char *part)
{
	return strstr(message, part) != NULL;
}

static bool to_holds(const struct to_row *row)
{
	const struct coexist_notice_text text = text_make(NULL);
	const char *message = message_write(row->user, &text);

	return row->to != NULL ? has(message, row->to) :
		!has(message, "\nTo:") && !has(message, "Bcc");
}

static bool subject_holds(const struct subject_row *row)
{
	struct coexist_notice_text text = text_make(NULL);

	text.words.subject = row->subject;
	return has(message_write("ana", &text), row->line);
}

/* Nobody is to answer it, and programs can tell what it is. */
static bool header_holds(void)
{
	const struct coexist_notice_text text = text_make(NULL);
	const char *message = message_write("ana", &text);

	return has(message, "Return-Path: <>\n") &&
		has(message, "\nFrom: <postmaster@site.example>\n") &&
		has(message, "\nAuto-Submitted: auto-generated\n") &&
		has(message, "\nX-Coexist-Notice: quota-storage\n") &&
		has(message, "\nContent-Language: es\n") &&
		has(message, "@site.example>\n");
}

static bool parts_hold(void)
{
	const struct coexist_notice_text one = text_make(NULL);
	const struct coexist_notice_text both = text_make("<p>page</p>");
	const char *message = message_write("ana", &one);

	if (has(message, "multipart/") || has(message, "text/html") ||
	    !has(message, "text/plain; charset=utf-8\n"))
		return FALSE;
	message = message_write("ana", &both);
	return has(message, "multipart/alternative;") &&
		has(message, "text/plain; charset=utf-8\n") &&
		has(message, "text/html; charset=utf-8\n") &&
		has(message, "\n\nplain") && has(message, "\n\n<p>page</p>");
}

/* A text of any width, with a blank at every place in turn, has short lines. */
static bool lines_hold(void)
{
	struct coexist_notice_text text = text_make(NULL);
	const char *const *line;
	string_t *plain;
	unsigned int width, i;

	for (width = 60; width < 100; width++) {
		plain = t_str_new(256);
		for (i = 0; i < width; i++)
			str_append_c(plain, 'x');
		str_append(plain, " \xC3\xB1 x\n");
		text.words.plain = str_c(plain);
		line = t_strsplit(message_write("ana", &text), "\n");
		for (; *line != NULL; line++) {
			/* the encoder ends lines with CRLF */
			if (strcspn(*line, "\r") > LINE_MAX_LENGTH)
				return FALSE;
		}
	}
	return TRUE;
}

static unsigned int check(const char *label, bool holds)
{
	if (!holds)
		printf("%s\n", label);
	return holds ? 0 : 1;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(to_rows); i++)
		failed += check(to_rows[i].user, to_holds(&to_rows[i]));
	for (i = 0; i < N_ELEMENTS(subject_rows); i++) {
		failed += check(subject_rows[i].subject,
				subject_holds(&subject_rows[i]));
	}
	failed += check("header", header_holds());
	failed += check("parts", parts_hold());
	failed += check("lines", lines_hold());
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
