/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The texts of notices: their languages and files. */

#include "lib.h"
#include "notice-text.h"
#include "small-file.h"
#include "str.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUILTIN "Subject: built in\n\nBuilt in for {name}.\n"

static const struct coexist_notice_variable variables[] = {
	{ .name = "name", .value = "<b>&\"ana\"" },
	{ .name = "count", .value = "7" },
	{ .name = "absent", .value = "" },
};

static const struct coexist_notice notice = {
	.kind = "test",
	.builtin = BUILTIN,
	.variables = { variables, N_ELEMENTS(variables) }
};

/* the folders with its files, which main() makes */
static const char *site_folders[3];

static const struct {
	const char *name, *contents;
} files[] = {
	{ "installed/test.en.txt", "Subject: en\n\nen\n" },
	{ "installed/test.es.txt", "Subject: es\n\nes\n" },
	{ "installed/notice.html",
	  "<{language} {subject} {name}>\n\n<b {bar}{bar_color}>\n" },
	{ "installed/test.es.html", "<p>{name}{count}</p>\n" },
	{ "installed/test.de.txt", "Subject: de\n\nde\n" },
	{ "installed/test.de.html", "<p>de</p>" },
	{ "installed/test.fr.txt", "Subject: fr\n\nfr\n" },
	{ "installed/test.fr.html", "<p>{x}</p>" },
	{ "installed/test.nl.txt", "Subject: nl\n\nnl\n" },
	{ "installed/test.nl.html", "" },
	{ "installed/test.sv.txt", "Subject: sv\n\nsv\n" },
	{ "installed/test.sv.html", "<p>{absent}</p>\n" },
	{ "installed/test.pt-BR.txt", "Subject: pt-BR\n\npt-BR\n" },
	{ "installed/test.zh-Hant.txt", "Subject: zh\n\nzh\n" },
	{ "site/test.de.txt", "Subject: own\n\nown\n" },
	{ "site/test.es.txt", "Subject: {x}\n\nown\n" },
	{ "site/test.ca.txt", "\xff" },
};

/* What the layout above makes of a text. */
#define PAGE(language, subject) \
	"<"language" "subject" &#60;b&#62;&#38;&#34;ana&#34;>\n"

/* The problem is a part of what is said, NULL if nothing is. */
static const struct find_row {
	const char *label;
	const char *language;
	const char *subject;
	const char *html;
	const char *used;
	const char *problem;
} find_rows[] = {
	{ "English", "en", "en", PAGE("en", "en"), "en", NULL },
	{ "a region of English", "en-GB", "en", PAGE("en", "en"), "en", NULL },
	{ "a region that has a text", "pt-BR", "pt-BR",
	  PAGE("pt-BR", "pt-BR"), "pt-BR", NULL },
	{ "in other letters", "PT-br", "pt-BR", PAGE("pt-BR", "pt-BR"),
	  "pt-BR", NULL },
	{ "below it", "pt-BR-abl1943", "pt-BR", PAGE("pt-BR", "pt-BR"),
	  "pt-BR", NULL },
	{ "a script", "ZH-hant-TW", "zh", PAGE("zh-Hant", "zh"), "zh-Hant",
	  NULL },
	{ "a region that has none", "de-AT", "own", PAGE("de", "own"), "de",
	  NULL },
	{ "an own text has no HTML part of another's", "de", "own",
	  PAGE("de", "own"), "de", NULL },
	{ "a language without a text", "tlh", "en", PAGE("en", "en"), "en",
	  NULL },
	{ "a broken text of the site, and an HTML part of the text", "es", "es",
	  "<p>&#60;b&#62;&#38;&#34;ana&#34;7</p>\n", "es",
	  "site/test.es.txt: line 1: Unknown variable {x}" },
	{ "a broken text, and no other", "ca", "en", PAGE("en", "en"), "en",
	  "site/test.ca.txt: not UTF-8" },
	{ "a broken HTML part", "fr", "fr", PAGE("fr", "fr"), "fr",
	  "installed/test.fr.html: line 1: Unknown variable {x}" },
	{ "an empty HTML part", "nl", "nl", PAGE("nl", "nl"), "nl", NULL },
	{ "an HTML part of which nothing is left", "sv", "sv",
	  PAGE("sv", "sv"), "sv", NULL },
};

/* What a site's own layout makes of the English text. */
static const struct layout_row {
	const char *label;
	const char *contents;
	/* how the page begins, NULL for no HTML part */
	const char *html;
	const char *problem;
} layout_rows[] = {
	{ "a layout", "<i>{text}</i>\n", "<i><p style=", NULL },
	{ "one that says what the text says", "{name}{count}\n",
	  "&#60;b&#62;&#38;&#34;ana&#34;7\n", NULL },
	{ "one that is empty", "", NULL, NULL },
	{ "blank lines", "\n\n\n", NULL, NULL },
	{ "an unknown variable", "<p>\n{x}\n", PAGE("en", "en"),
	  "site/notice.html: line 2: Unknown variable {x}" },
	{ "not UTF-8", "\xff\n", PAGE("en", "en"),
	  "site/notice.html: not UTF-8" },
	{ "a style sheet", "a{color:red} b{margin:0}\n",
	  "a{color:red} b{margin:0}\n", NULL },
};

static bool equal(const char *a, const char *b)
{
	return null_strcmp(a, b) == 0;
}

static bool problem_is(const char *problem, const char *expected)
{
	return expected == NULL ? problem == NULL :
		problem != NULL && strstr(problem, expected) != NULL;
}

/* Finds the text and its page. */
static void find(const struct coexist_notice *what, const char *const *folders,
		 const char *language, struct coexist_notice_text *text_r,
		 const char **problem_r)
{
	*problem_r = NULL;
	coexist_notice_text_find(what, folders, language, text_r, problem_r);
	coexist_notice_page_find(what, folders, text_r, problem_r);
}

static bool find_holds(const struct find_row *row)
{
	struct coexist_notice_text text;
	const char *problem;

	find(&notice, site_folders, row->language, &text, &problem);
	return equal(text.words.subject, row->subject) &&
		equal(text.html, row->html) &&
		equal(text.language, row->used) &&
		strstr(text.file, t_strdup_printf("/test.%s.txt",
						  row->used)) != NULL &&
		problem_is(problem, row->problem);
}

/* Returns TRUE if the built-in text is used, for this reason. */
static bool builtin_holds(const char *folder, const char *reason)
{
	const char *const folders[] = { folder, NULL };
	struct coexist_notice_text text;
	const char *problem;

	find(&notice, folders, "es", &text, &problem);
	return equal(text.words.subject, "built in") && text.file == NULL &&
		equal(text.language, "en") &&
		problem != NULL && strstr(problem, reason) != NULL;
}

static bool file_write(const char *path, const char *contents, size_t size)
{
	FILE *file = fopen(path, "w");
	bool written;

	if (file == NULL)
		return false;
	written = fwrite(contents, 1, size, file) == size;
	return fclose(file) == 0 && written;
}

static const char *below(const char *folder, const char *name)
{
	return t_strconcat(folder, "/", name, NULL);
}

static bool layout_holds(const struct layout_row *row, const char *folder)
{
	const char *path = below(folder, "notice.html");
	struct coexist_notice_text text;
	const char *problem;

	if (!file_write(path, row->contents, strlen(row->contents)))
		return false;
	find(&notice, site_folders, "en", &text, &problem);
	i_unlink(path);
	return (row->html == NULL ? text.html == NULL :
		text.html != NULL &&
		strncmp(text.html, row->html, strlen(row->html)) == 0) &&
		equal(text.words.plain, "en\n") &&
		problem_is(problem, row->problem);
}

/* Without any layout the message is plain text, and the log says why. */
static bool no_layout_holds(const char *folder)
{
	const char *path = below(folder, "notice.html");
	struct coexist_notice_text text;
	const char *problem;

	i_unlink(path);
	find(&notice, site_folders, "en", &text, &problem);
	return equal(text.words.plain, "en\n") && text.html == NULL &&
		problem_is(problem, "notice.html: Not in ");
}

/* Files that are none: too large, a folder, a FIFO that nobody writes to. */
static bool strange_files_hold(const char *folder)
{
	const char *path = t_strconcat(folder, "/test.en.txt", NULL);
	char *large = calloc(1, COEXIST_SMALL_FILE_MAX_SIZE + 1);
	bool holds;

	memset(large, 'x', COEXIST_SMALL_FILE_MAX_SIZE + 1);
	holds = file_write(path, large, COEXIST_SMALL_FILE_MAX_SIZE + 1) &&
		builtin_holds(folder, "test.en.txt is not a small file");
	free(large);
	i_unlink(path);
	holds = holds && mkdir(path, 0700) == 0 &&
		builtin_holds(folder, "test.en.txt is not a small file");
	(void)rmdir(path);
	holds = holds && mkfifo(path, 0600) == 0 &&
		builtin_holds(folder, "test.en.txt is not a small file");
	i_unlink(path);
	return holds;
}

static const struct installed_row {
	const char *kind;
	/* all that it can say */
	const char *const *names;
	/* what it must say */
	const char *const *said;
} installed_rows[] = {
#define NAMES(...) (const char *const[]) { __VA_ARGS__, NULL }
#define QUOTA_NAMES NAMES("user", "date", "percent", "used", "limit", "free", \
			  "folders", "trash", "junk", "downloaded", \
			  "downloaded_size", "bar", "bar_color", "trash_days", \
			  "trash_kept", "archive", "hidden", "hidden_size", \
			  "keep_days", \
			  "growth_days", "days_left")
	{ "pop3-delete-limit",
	  NAMES("count", "limit", "user", "date", "session"),
	  NAMES("count", "limit", "user", "date", "session") },
	{ "pop3-keep-days",
	  NAMES("count", "days", "user", "date", "from", "deleted", "target"),
	  NAMES("count", "days", "user", "from", "deleted", "target") },
	{ "protocol-ends",
	  NAMES("protocol", "from", "instead", "reason", "user", "date"),
	  NAMES("protocol", "from", "instead", "reason", "user") },
	{ "junk",
	  NAMES("count", "folder", "since", "listed", "messages", "user",
		"date"),
	  NAMES("count", "folder", "since", "listed", "user") },
	{ "quota-storage", QUOTA_NAMES,
	  NAMES("user", "used", "limit", "free", "folders", "trash", "junk",
		"downloaded", "downloaded_size", "growth_days", "days_left",
		"trash_days", "trash_kept", "archive", "hidden", "hidden_size",
		"keep_days") },
	{ "quota-messages", QUOTA_NAMES,
	  NAMES("user", "used", "limit", "folders", "downloaded", "hidden",
		"keep_days") },
	{ "quota-recovered", QUOTA_NAMES,
	  NAMES("user", "percent", "used", "limit") },
};

static const struct coexist_notice_row folder_rows[] = {
	{ "INBOX", "[folders]" }
};

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text > 0x7E)
			return false;
	}
	return true;
}

/* What is installed can be said with the variables that there are. */
static bool
installed_holds(const struct installed_row *row, const char *language)
{
	static const char *const folders[] = { TEXTS_DIR, NULL };
	struct coexist_notice_variable all[24];
	struct coexist_notice installed = {
		.kind = row->kind,
		.builtin = BUILTIN,
		.variables = { all, 0 }
	};
	struct coexist_notice_text text;
	const char *const *name, *problem;

	for (name = row->names; *name != NULL; name++) {
		struct coexist_notice_variable *var =
			&all[installed.variables.count++];

		i_zero(var);
		var->name = *name;
		var->value = t_strconcat("[", *name, "]", NULL);
		if (strcmp(*name, "folders") == 0) {
			var->rows = folder_rows;
			var->rows_count = N_ELEMENTS(folder_rows);
		}
	}
	find(&installed, folders, language, &text, &problem);
	for (name = row->said; *name != NULL; name++) {
		const char *value = t_strconcat("[", *name, "]", NULL);

		if (strstr(text.words.plain, value) == NULL ||
		    text.html == NULL || strstr(text.html, value) == NULL)
			return false;
	}
	/* IMAP says it as it is */
	if (strncmp(row->kind, "quota-", strlen("quota-")) == 0 &&
	    (text.words.alert == NULL || !is_ascii(text.words.alert)))
		return false;
	return problem == NULL && equal(text.language, language) &&
		strchr(text.words.plain, '{') == NULL &&
		strchr(text.html, '{') == NULL;
}

static unsigned int check(const char *label, bool holds)
{
	if (!holds)
		printf("%s\n", label);
	return holds ? 0 : 1;
}

static unsigned int check_files(const char *folder)
{
	const char **folders = site_folders;
	unsigned int i, failed = 0;

	folders[0] = below(folder, "site");
	folders[1] = below(folder, "installed");
	if (mkdir(folders[0], 0700) < 0 || mkdir(folders[1], 0700) < 0)
		return 1;
	for (i = 0; i < N_ELEMENTS(files); i++) {
		failed += check(files[i].name,
				file_write(below(folder, files[i].name),
					   files[i].contents,
					   strlen(files[i].contents)));
	}
	for (i = 0; i < N_ELEMENTS(find_rows); i++)
		failed += check(find_rows[i].label, find_holds(&find_rows[i]));
	for (i = 0; i < N_ELEMENTS(layout_rows); i++) {
		failed += check(layout_rows[i].label,
				layout_holds(&layout_rows[i], folders[0]));
	}
	failed += check("no layout", no_layout_holds(folders[1]));
	for (i = 0; i < N_ELEMENTS(files); i++)
		i_unlink_if_exists(below(folder, files[i].name));
	failed += check("no files", builtin_holds(folder, folder));
	failed += check("no folder",
			builtin_holds(below(folder, "x"), "test.en.txt"));
	failed += check("strange files", strange_files_hold(folders[0]));
	(void)rmdir(folders[0]);
	(void)rmdir(folders[1]);
	return failed;
}

int main(void)
{
	static const char *const languages[] = {
		"en", "es", "ca", "pt", "fr", "de"
	};
	char folder[] = "/tmp/test-notice-text.XXXXXX";
	unsigned int i, j, failed = 0;

	lib_init();
	if (mkdtemp(folder) == NULL)
		return 1;
	for (i = 0; i < N_ELEMENTS(installed_rows); i++) {
		for (j = 0; j < N_ELEMENTS(languages); j++) {
			failed += check(t_strconcat(installed_rows[i].kind, ".",
						    languages[j], NULL),
				installed_holds(&installed_rows[i],
						languages[j]));
		}
	}
	failed += check_files(folder);
	failed += check("nothing is left over", rmdir(folder) == 0);
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
