/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_TEXT_H
#define COEXIST_POLICY_TEXT_H

#include <stdbool.h>

/* The text format of many policies, for export, import and backups:

     # a comment
     [default]
     pop3_delete=trash

     [domain example.org]
     imap_tls=required

     [mailbox jo@example.org]
     deny_text=Moved.\nAsk us.

   Blanks around names and values are nothing. In both, \n, \r, \t, \s and \\ stand for
   a line feed, a carriage return, a tab, a blank and a backslash, as in a document. */

enum coexist_text_kind {
	/* a blank line, or a comment */
	COEXIST_TEXT_NOTHING,
	/* what comes is of this scope */
	COEXIST_TEXT_DEFAULT,
	COEXIST_TEXT_DOMAIN,
	COEXIST_TEXT_MAILBOX,
	COEXIST_TEXT_VALUE
};

struct coexist_text_line {
	enum coexist_text_kind kind;
	/* of the domain, the mailbox or the key; empty for the default */
	const char *name;
	/* of the key, else NULL */
	const char *value;
};

/* Reads a line of the format, without its line feed. What the result points to is in
   the line, which is changed. Returns false and a constant text of what is wrong. */
bool coexist_text_line_parse(char *line, struct coexist_text_line *line_r,
			     const char **error_r);
/* Returns the name or value as it is written, newly allocated by GLib. */
char *coexist_text_escape(const char *text);

#endif
