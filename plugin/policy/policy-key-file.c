/* See the contract in policy-key-file.h. */

#include "policy-key-file.h"

#include <string.h>

/* Returns the character that is escaped by this one, or NUL. */
static char escaped_char(char c)
{
	static const char escapes[] = "sntr\\", chars[] = " \n\t\r\\";
	const char *found = c == '\0' ? NULL : strchr(escapes, c);

	return found == NULL ? '\0' : chars[found - escapes];
}

/* The text only becomes shorter. */
static void unescape(char *text)
{
	const char *in;
	char *out = text;

	for (in = text; *in != '\0'; in++) {
		char c = *in == '\\' ? escaped_char(in[1]) : '\0';

		if (c != '\0')
			in++;
		*out++ = c == '\0' ? *in : c;
	}
	*out = '\0';
}

char *coexist_key_file_get(GKeyFile *key_file, const char *group,
			   const char *name)
{
	char *text = g_key_file_get_value(key_file, group, name, NULL);

	if (text == NULL)
		return NULL;
	unescape(text);
	return g_strstrip(text);
}
