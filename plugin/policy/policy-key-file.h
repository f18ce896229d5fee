#ifndef COEXIST_POLICY_KEY_FILE_H
#define COEXIST_POLICY_KEY_FILE_H

#include <glib.h>

/* Returns a value of the key file with its escapes (\s \n \t \r \\) resolved and
   without the blanks around it, newly allocated, or NULL if there is none.
   A backslash that begins no escape stands for itself.

   g_key_file_get_string() is no help here: its versions disagree about such a
   backslash, and two of them in a value make it log a warning. */
char *coexist_key_file_get(GKeyFile *key_file, const char *group,
			   const char *name);

#endif
