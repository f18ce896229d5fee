/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints reference tables: of the policy keys `man` for the manual and
   `markdown` for doc/policy-keys.md, and `words` for the shell; of the site
   settings `man-site`. */

#include "policy-value.h"

#include <stdio.h>
#include <string.h>

static void print_plain(const char *text, size_t length)
{
	printf("%.*s", (int)length, text);
}

/* In roff, a hyphen that is to be copied as it is must be escaped. */
static void print_roff(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (text[i] == '\\')
			fputs("\\e", stdout);
		else if (text[i] == '-')
			fputs("\\-", stdout);
		else
			putchar(text[i]);
	}
}

/* Prints what the key accepts. */
static void
print_syntax(const struct coexist_policy_key *key,
	     void (*print)(const char *text, size_t length))
{
	const char *word, *separator = "", *choices = key->choices;
	size_t length;

	if (*choices == '\0') {
		print(key->expected, strlen(key->expected));
		return;
	}
	if (key->type == COEXIST_TYPE_CHOICES)
		fputs("a list of ", stdout);
	while (coexist_list_next(&choices, &word, &length)) {
		fputs(separator, stdout);
		print(word, length);
		separator = ", ";
	}
}

static const char *default_describe(const struct coexist_policy_key *key)
{
	return *key->default_value == '\0' ? "empty" : key->default_value;
}

static void print_man(const struct coexist_policy_key *key)
{
	printf(".TP\n.B %s\n", key->name);
	print_roff(key->help, strlen(key->help));
	fputs("\n.br\nValues: ", stdout);
	print_syntax(key, print_roff);
	printf(". Default: %s.\n", default_describe(key));
}

static void print_markdown(const struct coexist_policy_key *key)
{
	printf("| `%s` | ", key->name);
	print_syntax(key, print_plain);
	printf(" | %s | %s |\n", default_describe(key), key->help);
}

/* Prints `key=`, and `key=word` for each word that the key takes. */
static void print_words(const struct coexist_policy_key *key)
{
	const char *word, *choices = key->choices;
	size_t length;

	printf("%s= ", key->name);
	while (coexist_list_next(&choices, &word, &length))
		printf("%s=%.*s ", key->name, (int)length, word);
}

static void
print_table(const struct coexist_policy_key *keys, unsigned int count,
	    void (*print_key)(const struct coexist_policy_key *key))
{
	unsigned int i;

	for (i = 0; i < count; i++)
		print_key(&keys[i]);
}

int main(int argc, char *argv[])
{
	const char *format = argc == 2 ? argv[1] : "";

	if (strcmp(format, "man") == 0) {
		print_table(coexist_policy_keys, COEXIST_KEY_COUNT, print_man);
	} else if (strcmp(format, "man-site") == 0) {
		print_table(coexist_site_settings, COEXIST_SITE_COUNT,
			    print_man);
	} else if (strcmp(format, "words") == 0) {
		print_table(coexist_policy_keys, COEXIST_KEY_COUNT,
			    print_words);
	} else if (strcmp(format, "markdown") == 0) {
		puts("# Policy keys\n\n"
		     "All keys with their values. In dovecot.conf and in the "
		     "userdb, the name of a key begins\n"
		     "with `coexist_`. `man coexist-policy` says how values "
		     "are written, which [scope](glossary.md)\n"
		     "wins, and which settings the site has besides. "
		     "This page is made from\n"
		     "`include/coexist/policy-keys.h` by `make "
		     "update-doc`.\n\n"
		     "| Key | Values | Default | Meaning |\n"
		     "|---|---|---|---|");
		print_table(coexist_policy_keys, COEXIST_KEY_COUNT,
			    print_markdown);
	} else {
		fputs("usage: print-keys man|man-site|markdown|words\n", stderr);
		return 64;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
