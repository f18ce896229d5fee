/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The syntax of the texts of notices, as plain text and as HTML. */

#include "lib.h"
#include "notice-template.h"
#include "str.h"

#include <stdbool.h>
#include <stdio.h>

static const struct coexist_notice_row rows[] = {
	{ "INBOX", "512 MB" },
	{ "<b>&\"\xF0\x9F\x98\x80", "7 B" },
	{ "a\nb", "10 kB" }
};

/* as wide as a table may be, and wider */
static const struct coexist_notice_row wide_rows[] = {
	{ "12345678901234567890123456789012345678901234567890", "1 B" },
	{ "1234567890123456789012345678901234567890123456789012", "22 B" },
	{ "\xff", "3 B" }
};

static const struct coexist_notice_variable list[] = {
	{ .name = "name", .value = "<b>&\"ana\"" },
	{ .name = "count", .value = "7" },
	{ .name = "one", .value = "1" },
	{ .name = "size", .value = "512 MB" },
	{ .name = "empty", .value = "" },
	{ .name = "nothing", .value = NULL },
	{ .name = "lines", .value = "a\r\nb: c\t" },
	{ .name = "broken", .value = "a\xff" },
	{ .name = "table", .value = "INBOX 512 MB, a 10 kB", .rows = rows,
	  .rows_count = N_ELEMENTS(rows) },
	{ .name = "wide", .value = "wide", .rows = wide_rows,
	  .rows_count = N_ELEMENTS(wide_rows) },
	{ .name = "no_rows", .value = "", .rows = rows },
	{ .name = "markup", .value = "<i>&amp;</i>", .is_html = TRUE },
};

static const struct coexist_notice_variables variables = {
	list, N_ELEMENTS(list)
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
	{ "an alert after something else", "Subject: a\nB: c\nAlert: d\n\ne\n",
	  NULL, "line 2: Not an empty line" },
	{ "an empty alert", "Subject: a\nAlert:\n\ne\n",
	  NULL, "alert is empty" },
	{ "an empty subject", "Subject: \n\nb\n", NULL, "subject is empty" },
	{ "no text", "Subject: s\n\n \n\n", NULL, "Nothing is said" },
	{ "not UTF-8", "Subject: s\n\n\xff\n", NULL, "not UTF-8" },
	{ "a control character", "Subject: s\n\nb\nc\x1b[2J\n",
	  NULL, "line 4: Control character" },
	{ "a lone CR", "Subject: s\n\nb\rc\n", NULL, "line 3: Control" },
};


#define ROW(name, value) \
	"<tr>\n<td>"name"</td>\n<td>"value"</td>\n</tr>\n"

/* What a body says. HTML is without what is the same in all tags. */
static const struct body_row {
	const char *label;
	const char *body;
	const char *plain;
	const char *html;
} body_rows[] = {
	{ "a paragraph", "a\nb\n", "a\nb\n", "<p>a\nb</p>\n" },
	{ "several", "\n\na\n\n \nb\n\n", "a\n\nb\n", "<p>a</p>\n<p>b</p>\n" },
	{ "what HTML would take for its own", "<&>\"'\n", "<&>\"'\n",
	  "<p>&#60;&#38;&#62;&#34;&#39;</p>\n" },
	{ "a value that is HTML", "{name}\n", "<b>&\"ana\"\n",
	  "<p>&#60;b&#62;&#38;&#34;ana&#34;</p>\n" },
	{ "a number with a unit", "{size} of {lines}\n", "512 MB of a  b: c\n",
	  "<p>512\xC2\xA0MB of a  b: c</p>\n" },
	{ "indented lines", "a\n  b\n\tc\nd\n", "a\n  b\n\tc\nd\n",
	  "<p>a<br>\nb<br>\nc\nd</p>\n" },
	{ "blanks at line ends", "a \nb{lines}\n", "a\nba  b: c\n",
	  "<p>a\nba  b: c</p>\n" },

	{ "a heading", "WHAT 1 \xC3\x89T\xC3\x89?\n\nb\n",
	  "WHAT 1 \xC3\x89T\xC3\x89?\n\nb\n",
	  "<h2>WHAT 1 \xC3\x89T\xC3\x89?</h2>\n<p>b</p>\n" },
	{ "small letters of any script", "WHAT \xC3\xA9\n",
	  "WHAT \xC3\xA9\n", "<p>WHAT \xC3\xA9</p>\n" },
	{ "Cyrillic capitals", "\xD0\xA7\xD0\xA2\xD0\x9E\n",
	  "\xD0\xA7\xD0\xA2\xD0\x9E\n",
	  "<h2>\xD0\xA7\xD0\xA2\xD0\x9E</h2>\n" },
	{ "a script without capitals", "\xE8\xBF\x99\n",
	  "\xE8\xBF\x99\n", "<p>\xE8\xBF\x99</p>\n" },
	{ "capitals in two lines", "A\nB\n", "A\nB\n", "<p>A\nB</p>\n" },
	{ "a number", "112\n", "112\n", "<p>112</p>\n" },

	{ "a list", "- a\n- b\n  c\n", "- a\n- b\n  c\n",
	  "<ul>\n<li>a</li>\n<li>b\nc</li>\n</ul>\n" },
	{ "an item that has nothing to say", "- a\n- {empty}\n  b\n- c\n",
	  "- a\n- c\n", "<ul>\n<li>a</li>\n<li>c</li>\n</ul>\n" },
	{ "a list of such items", "a\n\n- {empty}\n\nb\n", "a\n\nb\n",
	  "<p>a</p>\n<p>b</p>\n" },
	{ "a dash", "-a\n", "-a\n", "<p>-a</p>\n" },

	{ "a paragraph that has nothing to say",
	  "a\n\nb {count}\n{empty}\n\nc\n", "a\n\nc\n",
	  "<p>a</p>\n<p>c</p>\n" },
	{ "an unknown value is no such thing", "{nothing}\n", "?\n",
	  "<p>?</p>\n" },

	{ "one", "{one} {one|day|days}\n", "1 day\n", "<p>1 day</p>\n" },
	{ "many", "{count} {count|day|days}\n", "7 days\n",
	  "<p>7 days</p>\n" },
	{ "words of HTML", "{one|<b>|}{count||&}\n", "<b>&\n",
	  "<p>&#60;b&#62;&#38;</p>\n" },
	{ "none of either", "{empty|day|days}\n\na\n", "a\n", "<p>a</p>\n" },
	{ "too few words", "{one|day}\n", "{one|day}\n",
	  "<p>{one|day}</p>\n" },
	{ "too many words", "{one|a|b|c}\n", "{one|a|b|c}\n",
	  "<p>{one|a|b|c}</p>\n" },
	{ "words that never end", "{one|a|b\nc}\n", "{one|a|b\nc}\n",
	  "<p>{one|a|b\nc}</p>\n" },

	{ "a table", "{table}\n",
	  "  INBOX   512 MB\n  <b>&\"\xF0\x9F\x98\x80     7 B\n"
	  "  a b      10 kB\n",
	  "<table>\n" ROW("INBOX", "512 MB")
	  ROW("&#60;b&#62;&#38;&#34;\xF0\x9F\x98\x80", "7 B")
	  ROW("a b", "10 kB") "</table>\n" },
	{ "an indented one", "a\n\n  {no_rows}\n", "a\n", "<p>a</p>\n" },
	{ "a table in a line", "Most: {table}.\n",
	  "Most: INBOX 512 MB, a 10 kB.\n",
	  "<p>Most: INBOX 512 MB, a 10 kB.</p>\n" },
	{ "wide rows", "{wide}\n",
	  "  12345678901234567890123456789012345678901234567890   1 B\n"
	  "  1234567890123456789012345678901234567890123456789012  22 B\n"
	  "  ?                                                    3 B\n",
	  "<table>\n"
	  ROW("12345678901234567890123456789012345678901234567890", "1 B")
	  ROW("1234567890123456789012345678901234567890123456789012", "22 B")
	  ROW("?", "3 B") "</table>\n" },
};

/* Pages of HTML. A NULL page stands for an error. */
static const struct page_row {
	const char *label;
	const char *contents;
	const char *page;
	const char *error;
} page_rows[] = {
	{ "a page", "<p title='x'>a & b</p>", "<p title='x'>a & b</p>\n", NULL },
	{ "values are escaped", "<b>{name}\n",
	  "<b>&#60;b&#62;&#38;&#34;ana&#34;\n", NULL },
	{ "unless they are HTML", "{markup}\n", "<i>&amp;</i>\n", NULL },
	{ "what has nothing to say", "<a>\n\n<b width={empty}>\n\n<c>\n",
	  "<a>\n<c>\n", NULL },
	{ "nothing", "", "", NULL },
	{ "an unknown variable", "\n{x}\n", NULL,
	  "line 2: Unknown variable {x}" },
	{ "the first one", "{x}{y}", NULL, "line 1: Unknown variable {x}" },
	{ "a control character", "a\x01", NULL, "line 1: Control character" },
};

static bool equal(const char *a, const char *b)
{
	return null_strcmp(a, b) == 0;
}

static bool parse_holds(const struct parse_row *row)
{
	struct coexist_notice_words words = { .subject = "untouched" };
	const char *error;
	bool valid = coexist_notice_text_parse(row->contents, &variables,
					       &words, &error);

	if (row->subject == NULL) {
		return !valid && equal(words.subject, "untouched") &&
			strstr(error, row->plain) != NULL;
	}
	return valid && equal(words.subject, row->subject) &&
		equal(words.plain, row->plain) && words.alert == NULL;
}

/* Returns the HTML without attributes. */
static const char *simplify(const char *html)
{
	string_t *str = t_str_new(1024);
	bool in_tag = false, in_attributes = false;

	for (; *html != '\0'; html++) {
		if (*html == '<')
			in_tag = true;
		else if (*html == '>')
			in_tag = in_attributes = false;
		else if (in_tag && *html == ' ')
			in_attributes = true;
		if (!in_attributes)
			str_append_c(str, *html);
	}
	return str_c(str);
}

static bool body_holds(const struct body_row *row)
{
	const char *contents = t_strconcat("Subject: s\n\nbegin\n\n", row->body,
					   NULL);
	struct coexist_notice_words words;
	const char *error;

	return coexist_notice_text_parse(contents, &variables, &words,
					 &error) &&
		equal(words.plain, t_strconcat("begin\n\n", row->plain,
					       NULL)) &&
		equal(simplify(words.html), t_strconcat("<p>begin</p>\n",
							row->html, NULL));
}

static bool page_holds(const struct page_row *row)
{
	const char *error, *page;

	page = coexist_notice_html_parse(row->contents, &variables, &error);
	return equal(page, row->page) &&
		(page != NULL || equal(error, row->error));
}

static bool alert_holds(void)
{
	struct coexist_notice_words words;
	const char *error;

	return coexist_notice_text_parse("Subject: s\nAlert: {count}\n  b \n"
					 "\nc\n", &variables, &words,
					 &error) &&
		equal(words.subject, "s") && equal(words.alert, "7 b") &&
		equal(words.plain, "c\n");
}

/* The line of a header may be so long, and not longer. */
static bool length_holds(const char *header, unsigned int length, bool valid)
{
	struct coexist_notice_words words;
	string_t *str = t_str_new(256);
	const char *error;

	str_append(str, header);
	for (; length > 0; length--)
		str_append_c(str, 'x');
	str_append(str, "\n\nb\n");
	return coexist_notice_text_parse(str_c(str), &variables, &words,
					 &error) == valid;
}

static unsigned int check(const char *label, bool holds)
{
	if (!holds)
		printf("%s\n", label);
	return holds ? 0 : 1;
}

static unsigned int check_lengths(void)
{
	static const char subject[] = "Subject: ";
	static const char alert[] = "Subject: s\nAlert: ";
	const unsigned int subject_max = COEXIST_NOTICE_SUBJECT_MAX_LENGTH;
	const unsigned int alert_max = COEXIST_NOTICE_ALERT_MAX_LENGTH;

	return check("a subject as long as it may be",
		     length_holds(subject, subject_max, true)) +
		check("a subject that is too long",
		      length_holds(subject, subject_max + 1, false)) +
		check("an alert as long as it may be",
		      length_holds(alert, alert_max, true)) +
		check("an alert that is too long",
		      length_holds(alert, alert_max + 1, false));
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(parse_rows); i++) {
		failed += check(parse_rows[i].label,
				parse_holds(&parse_rows[i]));
	}
	for (i = 0; i < N_ELEMENTS(body_rows); i++)
		failed += check(body_rows[i].label, body_holds(&body_rows[i]));
	for (i = 0; i < N_ELEMENTS(page_rows); i++)
		failed += check(page_rows[i].label, page_holds(&page_rows[i]));
	failed += check("an alert", alert_holds());
	failed += check_lengths();
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
