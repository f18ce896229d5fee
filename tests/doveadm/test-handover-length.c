/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of handover-length.h: how long a hand-over is that documents give together,
   and what is left out of one that is too long. */

#include "lib.h"
#include "handover-length.h"
#include "policy-handover.h"
#include "refusal-line.h"
#include "store-generation.h"

#include <glib.h>

/* What auth may have to add, at its longest. */
#define ADDED (strlen(";partial=yes;until=18446744073709551615;webmail=yes" \
		      ";tls=yes;instead=submission;store=") + \
	       COEXIST_STORE_GENERATION_WORD_SIZE - 1)

static const struct row {
	const char *label;
	/* of each scope: the keys of a document, or NULL for none */
	const char *mailbox, *domain, *everybody;
	/* what is handed over besides ADDED */
	const char *wanted;
} rows[] = {
	{ "no documents", NULL, NULL, NULL, "" },
	{ "a document that names nothing", "", NULL, NULL, "" },
	{ "one key", "pop3_keep_days=30\n", NULL, NULL, ";pop3_keep_days=30" },
	{ "the domain's", NULL, "pop3_keep_days=30\n", NULL,
	  ";pop3_keep_days=30" },
	{ "everybody's", NULL, NULL, "pop3_keep_days=30\n",
	  ";pop3_keep_days=30" },
	{ "the narrowest is the one that counts", "pop3_keep_days=7\n",
	  "pop3_keep_days=30\n", "pop3_keep_days=365\n", ";pop3_keep_days=7" },
	{ "the domain's is narrower than everybody's", NULL,
	  "pop3_keep_days=30\n", "pop3_keep_days=365\n", ";pop3_keep_days=30" },
	{ "keys of all scopes together", "pop3_keep_days=7\n",
	  "pop3_delete=trash\n", "language=es\n",
	  ";language=es;pop3_delete=trash;pop3_keep_days=7" },
	{ "a value that is none", "pop3_keep_days=x\n", NULL, NULL, "" },
	{ "a wider value in its place", "pop3_keep_days=x\n", NULL,
	  "pop3_keep_days=30\n", ";pop3_keep_days=30" },
	{ "a key that is none", "pop3_keep_day=30\n", NULL, NULL, "" },
	{ "what Dovecot would change takes two bytes",
	  "deny_text=80% \\\\\n", NULL, NULL, ";deny_text=80..x.." },
	{ "the longest session's, not all of them",
	  "imap_networks=10.0.0.0/8\npop3_networks=192.0.2.0/24\n", NULL, NULL,
	  ";pop3_networks=192.0.2.0/24" },
	{ "a preset is its keys", "preset=read-only\n", NULL, NULL,
	  ";pop3_mark_read=never;pop3_delete=hide" }
};

static struct coexist_document *document_new(const char *keys)
{
	g_autofree char *text = g_strconcat("[policy]\n", keys, NULL);
	g_autoptr(GError) error = NULL;
	struct coexist_document *document;

	if (keys == NULL)
		return NULL;
	document = coexist_document_parse("test", text, strlen(text), &error);
	g_assert_no_error(error);
	return document;
}

static size_t
length(const char *mailbox, const char *domain, const char *everybody,
       const char **left_out_r)
{
	g_autoptr(coexist_document) of_mailbox = document_new(mailbox);
	g_autoptr(coexist_document) of_domain = document_new(domain);
	g_autoptr(coexist_document) of_everybody = document_new(everybody);
	const struct coexist_document *documents[] = {
		[COEXIST_LENGTH_SCOPE_MAILBOX] = of_mailbox,
		[COEXIST_LENGTH_SCOPE_DOMAIN] = of_domain,
		[COEXIST_LENGTH_SCOPE_DEFAULT] = of_everybody
	};

	return coexist_handover_length(documents, left_out_r);
}

static void test_row(gconstpointer data)
{
	const struct row *row = data;

	T_BEGIN {
		const char *left_out;
		size_t size = length(row->mailbox, row->domain, row->everybody,
				     &left_out);

		g_assert_cmpuint(size, ==, ADDED + strlen(row->wanted));
		g_assert_cmpstr(left_out, ==, "");
	} T_END;
}

static void test_the_text_about_the_delay_is_at_its_longest(void)
{
	T_BEGIN {
		const char *left_out;

		g_assert_cmpuint(length("pop3_login_delay=10 min\n", NULL,
					NULL, &left_out), ==,
				 ADDED + strlen(";pop3_login_delay=10 min"
						  ";login_delay_text=") +
				 COEXIST_REFUSAL_TEXT_MAX_LENGTH);
		g_assert_cmpuint(length("pop3_login_delay=0\n", NULL, NULL,
					&left_out), ==,
				 ADDED + strlen(";pop3_login_delay=0"));
	} T_END;
}

static void test_whose_documents_these_are_is_at_its_longest(void)
{
	T_BEGIN {
		const char *left_out;

		g_assert_cmpuint(length("pop3_max_messages=9\n", NULL,
					"pop3_show=unread\n", &left_out), ==,
				 ADDED + strlen(";origins=pop3_show:mailbox "
						"pop3_max_messages:mailbox"
						";pop3_show=unread"
						";pop3_max_messages=9"));
	} T_END;
}

/* Returns a line whose item has so many bytes in the hand-over. */
static char *line_of(const char *key, size_t bytes)
{
	GString *line = g_string_new(key);

	g_string_append(line, "=10.0.0.0/8");
	while (line->len < bytes - 1)
		g_string_append_c(line, ' ');
	memcpy(line->str + bytes - 1 - strlen("::1"), "::1", strlen("::1"));
	return g_string_free(g_string_append_c(line, '\n'), FALSE);
}

static void test_limit(size_t bytes, const char *wanted_left_out)
{
	g_autofree char *domain = line_of("pop3_fetcher_networks", 3000);
	g_autofree char *mailbox =
		line_of("pop3_networks", bytes - 3000 - ADDED);

	T_BEGIN {
		const char *left_out;

		g_assert_cmpuint(length(mailbox, domain, NULL, &left_out), ==,
				 bytes);
		g_assert_cmpstr(left_out, ==, wanted_left_out);
	} T_END;
}

static void test_what_is_too_long_is_named(void)
{
	test_limit(COEXIST_HANDOVER_MAX_SIZE, "");
	test_limit(COEXIST_HANDOVER_MAX_SIZE + 1, "pop3_fetcher_networks");
}

int main(int argc, char **argv)
{
	unsigned int i;
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/length/",
						    rows[i].label, NULL);

		g_test_add_data_func(path, &rows[i], test_row);
	}
	g_test_add_func("/length/delay",
			test_the_text_about_the_delay_is_at_its_longest);
	g_test_add_func("/length/origins",
			test_whose_documents_these_are_is_at_its_longest);
	g_test_add_func("/length/limit", test_what_is_too_long_is_named);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
