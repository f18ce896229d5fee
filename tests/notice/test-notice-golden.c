/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Golden files: the notices that are installed, rendered with these values, are
   byte for byte what golden/ has. After a change of a text or of the layout,

     test-notice-golden tests/notice/golden

   writes the files anew, so that a review of the change sees what owners will. */

#include "lib.h"
#include "notice-text.h"
#include "small-file.h"
#include "str.h"

#include <stdio.h>

static const struct coexist_notice_row folder_rows[] = {
	{ "INBOX", "512 MB" },
	{ "Sent & \"kept\"", "30 MB" },
	{ "R\xC3\xA9" "f\xC3\xA9rences", "71 kB" }
};

static const struct coexist_notice_variable pop3_variables[] = {
	{ .name = "count", .value = "1" },
	{ .name = "limit", .value = "50" },
	{ .name = "days", .value = "30" },
	{ .name = "from", .value = "2026-12-24" },
	{ .name = "deleted", .value = "1" },
	{ .name = "target", .value = "" },
	{ .name = "session", .value = "f3<d\"7" },
	{ .name = "user", .value = "ana@example.org" },
	{ .name = "date", .value = "2026-12-17 08:15" }
};

static const struct coexist_notice_variable end_variables[] = {
	{ .name = "protocol", .value = "POP3" },
	{ .name = "from", .value = "2026-12-24" },
	{ .name = "instead", .value = "IMAP" },
	{ .name = "reason", .value = "The <help> desk: 555-0100" },
	{ .name = "user", .value = "ana@example.org" },
	{ .name = "date", .value = "2026-12-17 08:15" }
};

static const struct coexist_notice_variable quota_variables[] = {
	{ .name = "user", .value = "ana@example.org" },
	{ .name = "date", .value = "2026-12-17 08:15" },
	{ .name = "percent", .value = "82" },
	{ .name = "used", .value = "820 MB" },
	{ .name = "limit", .value = "1000 MB" },
	{ .name = "free", .value = "180 MB" },
	{ .name = "bar", .value = "82" },
	{ .name = "bar_color", .value = "#ef8c00" },
	{ .name = "growth_days", .value = "14" },
	{ .name = "days_left", .value = "30" },
	{ .name = "folders", .value = "INBOX 512 MB, Sent 30 MB",
	  .rows = folder_rows, .rows_count = N_ELEMENTS(folder_rows) },
	{ .name = "trash", .value = "12 MB" },
	{ .name = "junk", .value = "0 B" },
	{ .name = "downloaded", .value = "1200" },
	{ .name = "downloaded_size", .value = "340 MB" },
	{ .name = "trash_days", .value = "30" },
	{ .name = "trash_kept", .value = "" },
	{ .name = "archive", .value = "" },
	{ .name = "hidden", .value = "17" },
	{ .name = "hidden_size", .value = "2 MB" },
	{ .name = "keep_days", .value = "14" }
};

static const struct coexist_notice_row junk_rows[] = {
	{ "example.org", "Your invoice" },
	{ "shop.example.net", "caf\xc3\xa9 <b>at half price</b>" }
};

static const struct coexist_notice_variable junk_variables[] = {
	{ .name = "count", .value = "12" },
	{ .name = "folder", .value = "Junk" },
	{ .name = "since", .value = "2026-11-17" },
	{ .name = "listed", .value = "2" },
	{ .name = "messages", .value = "", .rows = junk_rows,
	  .rows_count = N_ELEMENTS(junk_rows) },
	{ .name = "user", .value = "ana@example.org" },
	{ .name = "date", .value = "2026-12-17 08:15" }
};

static const struct kind {
	const char *name;
	struct coexist_notice_variables variables;
} kinds[] = {
#define POP3 { pop3_variables, N_ELEMENTS(pop3_variables) }
#define QUOTA { quota_variables, N_ELEMENTS(quota_variables) }
	{ "junk", { junk_variables, N_ELEMENTS(junk_variables) } },
	{ "pop3-delete-limit", POP3 },
	{ "pop3-keep-days", POP3 },
	{ "protocol-ends", { end_variables, N_ELEMENTS(end_variables) } },
	{ "quota-messages", QUOTA },
	{ "quota-recovered", QUOTA },
	{ "quota-storage", QUOTA }
};

#ifndef GOLDEN_LANGUAGES
#  define GOLDEN_LANGUAGES "en", "fr"
#endif
static const char *const languages[] = { GOLDEN_LANGUAGES };

static void render(const struct kind *kind, const char *language,
		   struct coexist_notice_text *text_r)
{
	static const char *const folders[] = { TEXTS_DIR, NULL };
	const struct coexist_notice notice = {
		.kind = kind->name,
		.builtin = "Subject: built in\n\nBuilt in.\n",
		.variables = kind->variables
	};
	const char *problem = NULL;

	coexist_notice_text_find(&notice, folders, language, text_r, &problem);
	coexist_notice_page_find(&notice, folders, text_r, &problem);
	if (problem != NULL)
		printf("%s\n", problem);
}

/* Returns all that is said outside the HTML page. */
static const char *words_format(const struct coexist_notice_words *words)
{
	return t_strdup_printf("Subject: %s\nAlert: %s\n\n%s", words->subject,
			       words->alert == NULL ? "" : words->alert,
			       words->plain);
}

static bool file_write(const char *path, const char *contents)
{
	FILE *file = fopen(path, "w");
	bool written;

	if (file == NULL)
		return FALSE;
	written = fputs(contents, file) >= 0;
	return fclose(file) == 0 && written;
}

static bool file_equals(const char *path, const char *contents)
{
	const char *text, *error;

	return coexist_small_file_read(path, &text, &error) > 0 &&
		strcmp(text, contents) == 0;
}

typedef bool file_check_t(const char *path, const char *contents);

static unsigned int
walk(const char *folder, file_check_t *check, const struct kind *kind,
     const char *language)
{
	const char *base = t_strdup_printf("%s/%s.%s", folder, kind->name,
					   language);
	struct coexist_notice_text text;
	unsigned int failed = 0;

	render(kind, language, &text);
	if (!check(t_strconcat(base, ".txt", NULL), words_format(&text.words)) ||
	    text.html == NULL ||
	    !check(t_strconcat(base, ".html", NULL), text.html)) {
		printf("%s: not what it was\n", base);
		failed++;
	}
	return failed;
}

int main(int argc, char *argv[])
{
	const char *folder = argc > 1 ? argv[1] : GOLDEN_DIR;
	file_check_t *check = argc > 1 ? file_write : file_equals;
	unsigned int i, j, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(kinds); i++) {
		for (j = 0; j < N_ELEMENTS(languages); j++)
			failed += walk(folder, check, &kinds[i], languages[j]);
	}
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
