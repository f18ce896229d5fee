/* The texts of notices: their syntax, languages and files. */

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
	{ "name", "<b>&\"ana\"" },
	{ "count", "7" },
	{ "nothing", NULL },
	{ "lines", "a\r\nb: c\t" },
	{ "broken", "a\xff" },
};

static struct coexist_notice_source source = {
	.kind = "test",
	.builtin = BUILTIN,
	.language = "en",
	.variables = variables,
	.variables_count = N_ELEMENTS(variables)
};

/* A NULL subject stands for an error that says this. */
static const struct parse_row {
	const char *label;
	const char *contents;
	const char *subject;
	const char *plain;
} parse_rows[] = {
	{ "a text", "Subject: s\n\nbody\n", "s", "body\n" },
	{ "CRLF", "Subject: s\r\n\r\nbody\r\nmore\r\n", "s", "body\nmore\n" },
	{ "a byte order mark", "\xEF\xBB\xBFSubject: s\n\nb\n", "s", "b\n" },
	{ "no line end", "Subject: s\n\nb", "s", "b\n" },
	{ "any letter case", "SUBJECT:s\n\nb\n", "s", "b\n" },
	{ "blanks", "Subject: \t s \n\n b \t\n", "s", " b\n" },
	{ "a folded subject", "Subject: a\n b\n\tc\n\nb\n", "a b c", "b\n" },
	{ "variables", "Subject: {count}\n\n{count}{count}\n", "7", "77\n" },
	{ "no HTML", "Subject: s\n\n{name}\n", "s", "<b>&\"ana\"\n" },
	{ "no value", "Subject: s\n\n{nothing}\n", "s", "?\n" },
	{ "a value that is not UTF-8", "Subject: s\n\n{broken}\n", "s", "?\n" },
	{ "a value of several lines", "Subject: {lines}\n\nb\n",
	  "a  b: c", "b\n" },
	{ "braces without a name", "Subject: s\n\n{ {} {count {a b} }\n",
	  "s", "{ {} {count {a b} }\n" },
	{ "a brace before a variable", "Subject: s\n\n{{count}\n",
	  "s", "{7\n" },
	{ "an unknown variable", "Subject: s\n\nb\n{Count}\n",
	  NULL, "line 4: Unknown variable {Count}" },
	{ "one in the subject", "Subject: {x}\n\nb\n",
	  NULL, "line 1: Unknown variable {x}" },
	{ "nothing", "", NULL, "line 1: Not Subject" },
	{ "no subject", "\nb\n", NULL, "line 1: Not Subject" },
	{ "another header", "From: a\n\nb\n", NULL, "line 1: Not Subject" },
	{ "two headers", "Subject: a\nFrom: b\n\nb\n",
	  NULL, "line 2: Not an empty line" },
	{ "a subject only", "Subject: a\n", NULL, "line 2: Not an empty" },
	{ "a subject only, unended", "Subject: a", NULL, "line 2: Not an" },
	{ "an empty subject", "Subject: \n\nb\n", NULL, "subject is empty" },
	{ "no text", "Subject: s\n\n \n\n", NULL, "Nothing is said" },
	{ "not UTF-8", "Subject: s\n\n\xff\n", NULL, "not UTF-8" },
	{ "a control character", "Subject: s\n\nb\nc\x1b[2J\n",
	  NULL, "line 4: Control character" },
	{ "a lone CR", "Subject: s\n\nb\rc\n", NULL, "line 3: Control" },
};

static const struct {
	const char *name, *contents;
} files[] = {
	{ "installed/test.en.txt", "Subject: en\n\nen\n" },
	{ "installed/test.es.txt", "Subject: es\n\nes\n" },
	{ "installed/test.es.html", "<p>{name}{count}</p>\n" },
	{ "installed/test.de.txt", "Subject: de\n\nde\n" },
	{ "installed/test.de.html", "<p>de</p>" },
	{ "installed/test.fr.txt", "Subject: fr\n\nfr\n" },
	{ "installed/test.fr.html", "<p>{x}</p>" },
	{ "installed/test.pt-BR.txt", "Subject: pt-BR\n\npt-BR\n" },
	{ "installed/test.zh-Hant.txt", "Subject: zh\n\nzh\n" },
	{ "site/test.de.txt", "Subject: own\n\nown\n" },
	{ "site/test.es.txt", "Subject: {x}\n\nown\n" },
	{ "site/test.ca.txt", "\xff" },
};

/* The problem is a part of what is said, NULL if nothing is. */
static const struct find_row {
	const char *label;
	const char *language;
	const char *subject;
	const char *html;
	const char *used;
	const char *problem;
} find_rows[] = {
	{ "English", "en", "en", NULL, "en", NULL },
	{ "a region of English", "en-GB", "en", NULL, "en", NULL },
	{ "a region that has a text", "pt-BR", "pt-BR", NULL, "pt-BR", NULL },
	{ "in other letters", "PT-br", "pt-BR", NULL, "pt-BR", NULL },
	{ "below it", "pt-BR-abl1943", "pt-BR", NULL, "pt-BR", NULL },
	{ "a script", "ZH-hant-TW", "zh", NULL, "zh-Hant", NULL },
	{ "a region that has none", "de-AT", "own", NULL, "de", NULL },
	{ "an own text loses the HTML part", "de", "own", NULL, "de", NULL },
	{ "a language without a text", "tlh", "en", NULL, "en", NULL },
	{ "a broken text of the site", "es", "es",
	  "<p>&#60;b&#62;&#38;&#34;ana&#34;7</p>\n", "es",
	  "site/test.es.txt: line 1: Unknown variable {x}" },
	{ "a broken text, and no other", "ca", "en", NULL, "en",
	  "site/test.ca.txt: not UTF-8" },
	{ "a broken HTML part", "fr", "fr", NULL, "fr",
	  "installed/test.fr.html: line 1: Unknown variable {x}" },
};

static bool equal(const char *a, const char *b)
{
	return null_strcmp(a, b) == 0;
}

static bool parse_holds(const struct parse_row *row)
{
	struct coexist_notice_text text = { .subject = "untouched" };
	const char *error;
	bool valid = coexist_notice_text_parse(row->contents, &source, &text,
					       &error);

	if (row->subject == NULL) {
		return !valid && equal(text.subject, "untouched") &&
			strstr(error, row->plain) != NULL;
	}
	return valid && equal(text.subject, row->subject) &&
		equal(text.plain, row->plain) && text.html == NULL;
}

static bool find_holds(const struct find_row *row)
{
	struct coexist_notice_text text;
	const char *problem;

	source.language = row->language;
	coexist_notice_text_find(&source, &text, &problem);
	return equal(text.subject, row->subject) &&
		equal(text.html, row->html) &&
		equal(text.language, row->used) &&
		(row->problem == NULL ? problem == NULL :
		 problem != NULL && strstr(problem, row->problem) != NULL);
}

/* The subject may be so long, and not longer. */
static bool subject_length_holds(unsigned int length, bool valid)
{
	struct coexist_notice_text text;
	string_t *str = t_str_new(256);
	const char *error;

	str_append(str, "Subject: ");
	for (; length > 0; length--)
		str_append_c(str, 'x');
	str_append(str, "\n\nb\n");
	return coexist_notice_text_parse(str_c(str), &source, &text,
					 &error) == valid;
}

/* Returns TRUE if the built-in text is used, for this reason. */
static bool builtin_holds(const char *folder, const char *reason)
{
	const char *const folders[] = { folder, NULL };
	struct coexist_notice_source none = source;
	struct coexist_notice_text text;
	const char *problem;

	none.folders = folders;
	none.language = "es";
	coexist_notice_text_find(&none, &text, &problem);
	return equal(text.subject, "built in") && equal(text.language, "en") &&
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
			  "downloaded_size")
	{ "pop3-delete-limit",
	  NAMES("count", "limit", "user", "date", "session"),
	  NAMES("count", "limit", "user", "date", "session") },
	{ "quota-storage", QUOTA_NAMES,
	  NAMES("user", "used", "limit", "free", "folders", "trash", "junk",
		"downloaded", "downloaded_size") },
	{ "quota-messages", QUOTA_NAMES,
	  NAMES("user", "used", "limit", "folders", "downloaded") },
	{ "quota-recovered", QUOTA_NAMES,
	  NAMES("user", "percent", "used", "limit") },
};

/* What is installed can be said with the variables that there are. */
static bool
installed_holds(const struct installed_row *row, const char *language)
{
	static const char *const folders[] = { TEXTS_DIR, NULL };
	struct coexist_notice_variable all[16];
	struct coexist_notice_source installed = {
		.kind = row->kind,
		.builtin = BUILTIN,
		.folders = folders,
		.language = language,
		.variables = all
	};
	struct coexist_notice_text text;
	const char *const *name, *problem;

	for (name = row->names; *name != NULL; name++) {
		all[installed.variables_count].name = *name;
		all[installed.variables_count++].value =
			t_strconcat("<", *name, ">", NULL);
	}
	coexist_notice_text_find(&installed, &text, &problem);
	for (name = row->said; *name != NULL; name++) {
		if (strstr(text.plain,
			   t_strconcat("<", *name, ">", NULL)) == NULL)
			return false;
	}
	return problem == NULL && equal(text.language, language);
}

static unsigned int check(const char *label, bool holds)
{
	if (!holds)
		printf("%s\n", label);
	return holds ? 0 : 1;
}

static const char *below(const char *folder, const char *name)
{
	return t_strconcat(folder, "/", name, NULL);
}

static unsigned int check_files(const char *folder)
{
	const char *folders[] = { below(folder, "site"),
				  below(folder, "installed"), NULL };
	unsigned int i, failed = 0;

	source.folders = folders;
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
	for (i = 0; i < N_ELEMENTS(files); i++)
		i_unlink(below(folder, files[i].name));
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
	for (i = 0; i < N_ELEMENTS(parse_rows); i++) {
		failed += check(parse_rows[i].label,
				parse_holds(&parse_rows[i]));
	}
	failed += check("a subject as long as it may be",
			subject_length_holds(
				COEXIST_NOTICE_SUBJECT_MAX_LENGTH, true));
	failed += check("a subject that is too long",
			subject_length_holds(
				COEXIST_NOTICE_SUBJECT_MAX_LENGTH + 1, false));
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
