/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOGIN_DELAY_H
#define COEXIST_LOGIN_DELAY_H

struct mail_user;

/* The words of the login delay (RFC 2449, LOGIN-DELAY): what a POP3 client that
   came back too early is told, and the log. */

/* Returns the line for the client, with its response code, on the data stack: in
   the language of the mailbox if there is a gate, else in English. */
const char *coexist_login_delay_line(struct mail_user *user,
				     uint64_t seconds_left);
/* Returns the line for the log (refusal-log.h), on the data stack, and sends the
   event of the refusal. With log_only the login passes, and there is none. The user's
   policy has a login delay. */
const char *coexist_login_delay_log(struct mail_user *user,
				    uint64_t seconds_left, bool log_only);

#endif
