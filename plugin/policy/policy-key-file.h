/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_KEY_FILE_H
#define COEXIST_POLICY_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <glib.h>

/* Key files (GKeyFile) as documents are: with their comments, and for an
   administrator who is to find a mistake by its line. */

/* Reads a key file, perhaps with a byte order mark before it. Returns it, or
   NULL and an error that names the line if it is none or not UTF-8. */
GKeyFile *
coexist_key_file_parse(const char *text, size_t length, GError **error);

/* Returns a value of the key file with its escapes (\s \n \t \r \\) resolved and
   without the blanks around it, newly allocated, or NULL if there is none.
   A backslash that begins no escape stands for itself.

   g_key_file_get_string() is no help here: its versions disagree about such a
   backslash, and two of them in a value make it log a warning. */
char *coexist_key_file_get(GKeyFile *key_file, const char *group,
			   const char *name);

/* Removes the name, also one that is there twice. */
void coexist_key_file_remove(GKeyFile *key_file, const char *group,
			     const char *name);

#endif
