/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any file is one of texts of refusals, or is not; and what its texts say is one short
   printable line. */

#include "fuzz.h"
#include "fuzz-line.h"

#include "refusal-texts.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LENGTH 100

static char *path = NULL;

static void path_remove(void)
{
	(void)g_unlink(path);
}

static void path_init(void)
{
	int fd;

	if (path != NULL)
		return;
	path = g_build_filename(g_get_tmp_dir(), "fuzz-XXXXXX", NULL);
	fd = g_mkstemp(path);
	g_assert_cmpint(fd, >=, 0);
	(void)g_close(fd, NULL);
	atexit(path_remove);
}

/* In one of the styles: there are too many for each input. */
static void check_texts(const coexist_refusal_texts *texts, size_t number)
{
	static const char *const languages[] = {
		NULL, "de", "pt-BR", "zh-Hant-TW"
	};
	static const struct coexist_refusal_values values = {
		.protocol = "POP3", .date = "2027-01-01", .seconds = "60"
	};
	const struct coexist_refusal_text_style style = {
		.language = languages[number / 2 % G_N_ELEMENTS(languages)],
		.ascii = number % 2 == 1, .max_length = MAX_LENGTH
	};

	for (unsigned int id = 0; id < COEXIST_TEXT_COUNT; id++) {
		g_autofree char *line =
			coexist_refusal_texts_say(texts, id, &values, &style);

		/* there is always the English text */
		g_assert_nonnull(line);
		g_assert_true(*line != '\0');
		check_line(line, style.ascii, MAX_LENGTH);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(coexist_refusal_texts) texts = coexist_refusal_texts_new();
	g_autoptr(GError) error = NULL;

	path_init();
	g_assert_true(g_file_set_contents_full(path, (const char *)data,
		(gssize)size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	if (coexist_refusal_texts_add_file(texts, path, &error))
		g_assert_no_error(error);
	else
		g_assert_true(g_str_has_prefix(error->message, path));
	check_texts(texts, size);
	return 0;
}
