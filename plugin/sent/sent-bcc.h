/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SENT_BCC_H
#define COEXIST_SENT_BCC_H

struct istream;

/* Returns a header field Bcc (RFC 5322, 3.6.3), with CRLF, of those recipients that
   the message names in no To, Cc or Bcc; on the data stack. "" if there are none,
   if the message has a Bcc of its own, or a header that is too long to be looked
   through. The stream is read from where it is. */
const char *coexist_sent_bcc_field(struct istream *input,
				   const char *const *recipients);

#endif
