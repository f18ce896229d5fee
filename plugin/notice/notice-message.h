/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_MESSAGE_H
#define COEXIST_NOTICE_MESSAGE_H

struct coexist_notice_text;
struct message_address;

/* The header that says that a message is a notice, and its kind. */
#define COEXIST_NOTICE_HEADER "X-Coexist-Notice"

/* The message of a notice (RFC 5322, RFC 2045): what INBOX gets. */
struct coexist_notice_message {
	/* one address */
	const struct message_address *from;
	/* the mailbox's name, which need not be an address */
	const char *user;
	/* what the header above says */
	const char *kind;
	const struct coexist_notice_text *text;
	time_t date;
};

/* Adds the message, whose lines may end with LF or CRLF. */
void coexist_notice_message_write(string_t *dest,
				  const struct coexist_notice_message *message);

#endif
