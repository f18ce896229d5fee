/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REFUSAL_LINE_H
#define COEXIST_REFUSAL_LINE_H

#include "policy-decision.h"

/* The reply to a login that is refused: one line for the client. */

/* In bytes, without the code. RFC 2449 section 4 limits a POP3 response to 512
   with all that belongs to it. */
#define COEXIST_REFUSAL_TEXT_MAX_LENGTH 400

/* Returns the text, one line of printable characters, behind the response code
   that the protocol has for it (RFC 2449 section 8, RFC 3206, RFC 5530), on the
   data stack. id says what the text is about; relayed, that a proxy will read
   the line before the client does. */
const char *coexist_refusal_line(enum coexist_protocol protocol,
				 enum coexist_refusal_text id, bool relayed,
				 const char *text);

#endif
