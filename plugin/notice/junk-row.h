/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_JUNK_ROW_H
#define COEXIST_JUNK_ROW_H

/* What junk says of itself, made harmless: it is written by those whom nobody should
   believe, and goes into a message of the postmaster's. Everything is UTF-8 and on
   the data stack. */

/* Returns the domain of the first address in From; "?" if there is none that is a
   name of letters, digits, dots and hyphens. */
const char *coexist_junk_domain(const char *from);
/* Returns the subject, decoded, as one short line. Words that could be a link, and
   characters that turn the direction of a text or can't be seen, are left out. */
const char *coexist_junk_subject(const char *subject);

#endif
