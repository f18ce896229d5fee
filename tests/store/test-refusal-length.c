/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each text of ours is seen whole in a program that shows 80 bytes of a reply
   with its response code, as c-client does (doc/clients.md). */

#include "lib.h"
#include "refusal-line.h"
#include "refusal-texts.h"

#include <glib.h>

#define SHOWN_BYTES 80

static const char *const languages[] = {
	"en", "es", "ca", "pt", "pt-BR", "fr", "de"
};

static coexist_refusal_texts *texts_shipped(void)
{
	coexist_refusal_texts *texts = coexist_refusal_texts_new();
	g_autoptr(GError) error = NULL;

	coexist_refusal_texts_add_file(texts, TEXTS_DIR "/" COEXIST_TEXTS_FILE,
				       &error);
	g_assert_no_error(error);
	return texts;
}

static bool is_said(enum coexist_protocol protocol, enum coexist_refusal_text id)
{
	return protocol != COEXIST_PROTOCOL_OTHER &&
		(id != COEXIST_TEXT_login_delay ||
		 protocol == COEXIST_PROTOCOL_POP3);
}

static void
check_line(coexist_refusal_texts *texts, enum coexist_protocol protocol,
	   enum coexist_refusal_text id,
	   const struct coexist_refusal_text_style *style)
{
	const struct coexist_refusal_values values = {
		.protocol = coexist_protocol_label(protocol),
		.date = "2026-12-31",
		/* ten years */
		.seconds = "315360000"
	};
	g_autofree char *text =
		coexist_refusal_texts_say(texts, id, &values, style);
	const char *line =
		coexist_refusal_line(protocol, id, /*relayed=*/FALSE, text);

	g_test_message("%s: %s", style->language, line);
	g_assert_cmpuint(strlen(line), <=, SHOWN_BYTES);
}

static void check_protocol(coexist_refusal_texts *texts,
			   enum coexist_protocol protocol, const char *language)
{
	const struct coexist_refusal_text_style style = {
		.language = language,
		.ascii = protocol != COEXIST_PROTOCOL_SIEVE,
		.max_length = COEXIST_REFUSAL_TEXT_MAX_LENGTH
	};
	int id;

	for (id = 0; id < COEXIST_TEXT_COUNT; id++) {
		if (is_said(protocol, id)) T_BEGIN {
			check_line(texts, protocol, id, &style);
		} T_END;
	}
}

static void test_length(void)
{
	g_autoptr(coexist_refusal_texts) texts = texts_shipped();
	unsigned int i;
	int protocol;

	for (i = 0; i < G_N_ELEMENTS(languages); i++) {
		for (protocol = 0; protocol < COEXIST_PROTOCOL_OTHER; protocol++)
			check_protocol(texts, protocol, languages[i]);
	}
}

int main(int argc, char *argv[])
{
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/refusal/length", test_length);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
