/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_KEYWORDS_H
#define COEXIST_KEYWORDS_H

/* The keywords of messages that POP3 changed, and that IMAP shows. */

/* POP3 is not shown the message any more, unless the site's pop3_deleted_flag
   has another name for that. IMAP clients may clear it. */
#define POP3_HIDDEN_KEYWORD "$POP3Hidden"
/* POP3 downloaded the message. */
#define POP3_DOWNLOADED_KEYWORD "$POP3Downloaded"

#endif
