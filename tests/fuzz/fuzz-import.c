/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any line is one of the file that doveadm imports, or is not; and what it says is the
   same after it was exported. */

#include "fuzz.h"

#include "policy-text.h"

#include <glib.h>
#include <string.h>

/* Returns the line as doveadm coexist policy export has it, or NULL. */
static char *line_write(const struct coexist_text_line *line)
{
	g_autofree char *name = coexist_text_escape(line->name);
	g_autofree char *value = line->value == NULL ? NULL :
		coexist_text_escape(line->value);

	switch (line->kind) {
	case COEXIST_TEXT_NOTHING:
		break;
	case COEXIST_TEXT_DEFAULT:
		return g_strdup("[default]");
	case COEXIST_TEXT_DOMAIN:
		return g_strdup_printf("[domain %s]", name);
	case COEXIST_TEXT_MAILBOX:
		return g_strdup_printf("[mailbox %s]", name);
	case COEXIST_TEXT_VALUE:
		/* names of keys are not escaped: they are those of the table */
		return g_strdup_printf("%s=%s", line->name, value);
	}
	return NULL;
}

static void check_again(const struct coexist_text_line *line)
{
	g_autofree char *text = line_write(line);
	struct coexist_text_line again;
	const char *error;

	if (text == NULL)
		return;
	g_assert_null(strchr(text, '\n'));
	g_assert_true(coexist_text_line_parse(text, &again, &error));
	g_assert_cmpint(again.kind, ==, line->kind);
	g_assert_cmpstr(again.name, ==, line->name);
	g_assert_cmpstr(again.value, ==, line->value);
}

static void check_line(char *line)
{
	struct coexist_text_line parsed;
	const char *error = NULL;

	if (coexist_text_line_parse(line, &parsed, &error))
		check_again(&parsed);
	else
		g_assert_nonnull(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		check_line(*line);
	return 0;
}
