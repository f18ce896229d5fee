/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which messages have the same keys, and what a header tells besides. */

#include "lib.h"
#include "istream.h"
#include "sent-header.h"

#include <glib.h>

#define DATE "Date: Mon, 2 Mar 2026 10:00:00 +0100\r\n"
#define FROM "From: Alice <alice@example.org>\r\n"
#define TO "To: bob@example.org, carol@example.org\r\n"
#define SUBJECT "Subject: One\r\n"
#define ID "Message-ID: <1@alice>\r\n"
#define WHOLE DATE FROM TO SUBJECT ID "\r\nbody"

static struct coexist_sent_header header_read(const char *text)
{
	struct coexist_sent_header header;
	struct istream *input = i_stream_create_from_data(text, strlen(text));

	g_assert_cmpint(coexist_sent_header_read(input, &header), ==, 0);
	i_stream_unref(&input);
	return header;
}

static void test_same(void)
{
	static const struct {
		const char *text;
		bool same_id, same_look, same_undated;
	} rows[] = {
		{ WHOLE, TRUE, TRUE, TRUE },
		/* in another order, folded otherwise, with more lines */
		{ ID SUBJECT TO FROM DATE "\r\nbody", TRUE, TRUE, TRUE },
		{ DATE FROM "To: bob@example.org,\r\n\tcarol@example.org\r\n"
		  SUBJECT ID "\r\nbody", TRUE, TRUE, TRUE },
		{ DATE FROM TO SUBJECT "message-id:  <1@alice> \n" "Bcc: x\n\n",
		  TRUE, TRUE, TRUE },
		{ DATE FROM TO SUBJECT ID, TRUE, TRUE, TRUE },
		{ DATE FROM TO SUBJECT "Message-ID: <2@alice>\r\n\r\n",
		  FALSE, TRUE, FALSE },
		{ DATE FROM TO SUBJECT "\r\n", FALSE, TRUE, FALSE },
		{ DATE FROM TO "Subject: Two\r\n" ID "\r\n", TRUE, FALSE, FALSE },
		{ DATE FROM TO "Cc: dan@example.org\r\n" SUBJECT ID "\r\n",
		  TRUE, FALSE, FALSE },
		/* sent again, later */
		{ "Date: Mon, 2 Mar 2026 10:00:01 +0100\r\n" FROM TO SUBJECT ID
		  "\r\n", FALSE, FALSE, TRUE },
		{ FROM TO SUBJECT ID "\r\n", FALSE, FALSE, FALSE },
		{ "", FALSE, FALSE, FALSE }
	};
	const struct coexist_sent_header whole = header_read(WHOLE);
	struct coexist_sent_header other;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		other = header_read(rows[i].text);
		g_test_message("row %u", i);
		g_assert_cmpint(coexist_sent_key_equals(whole.keys.id,
			other.keys.id), ==, rows[i].same_id);
		g_assert_cmpint(coexist_sent_key_equals(whole.keys.look,
			other.keys.look), ==, rows[i].same_look);
		g_assert_cmpint(coexist_sent_key_equals(whole.keys.undated,
			other.keys.undated), ==, rows[i].same_undated);
	}
}

static void test_no_key_is_like_another(void)
{
	const struct coexist_sent_header none = header_read(FROM TO "\r\n");

	g_assert_false(coexist_sent_key_equals(none.keys.id, none.keys.id));
	g_assert_false(coexist_sent_key_equals(none.keys.look,
					       none.keys.look));
	g_assert_false(coexist_sent_key_equals(none.keys.undated,
					       none.keys.undated));
}

static void test_what_it_is(void)
{
	static const struct {
		const char *text;
		bool received, automatic;
	} rows[] = {
		{ WHOLE, FALSE, FALSE },
		{ "Received: from x\r\n by y\r\n" WHOLE, TRUE, FALSE },
		{ "Auto-Submitted: auto-replied\r\n" WHOLE, FALSE, TRUE },
		{ "Auto-Submitted: No\r\n" WHOLE, FALSE, FALSE },
		{ "Content-Type: multipart/report;\r\n boundary=b\r\n" WHOLE,
		  FALSE, TRUE },
		{ "Content-Type: text/plain;\r\n name=multipart/report\r\n"
		  WHOLE, FALSE, FALSE },
		{ "Content-Type:\r\n multipart/report; boundary=b\r\n" WHOLE,
		  FALSE, TRUE },
		{ "Auto-Submitted:\r\n no\r\n" WHOLE, FALSE, FALSE },
		/* a body says nothing */
		{ DATE "\r\nReceived: x\r\nAuto-Submitted: auto\r\n", FALSE,
		  FALSE }
	};
	struct coexist_sent_header header;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		header = header_read(rows[i].text);
		g_test_message("row %u", i);
		g_assert_cmpint(header.received, ==, rows[i].received);
		g_assert_cmpint(header.automatic, ==, rows[i].automatic);
	}
}

/* A header of megabytes is hashed, and not kept. */
static void test_a_long_line(void)
{
	size_t size = 8 * 1024 * 1024;
	char *text = g_malloc(size + 1);
	struct coexist_sent_header header, other;

	memset(text, 'x', size);
	text[size] = '\0';
	memcpy(text, "Date: ", 6);
	header = header_read(text);
	text[size - 1] = 'y';
	other = header_read(text);
	g_assert_false(coexist_sent_key_equals(header.keys.look,
					       other.keys.look));
	text[size - 1] = 'x';
	other = header_read(text);
	g_assert_true(coexist_sent_key_equals(header.keys.look,
					      other.keys.look));
	g_free(text);
}

int main(int argc, char *argv[])
{
	lib_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sent-header/same", test_same);
	g_test_add_func("/sent-header/none", test_no_key_is_like_another);
	g_test_add_func("/sent-header/what-it-is", test_what_it_is);
	g_test_add_func("/sent-header/long", test_a_long_line);
	return g_test_run();
}
