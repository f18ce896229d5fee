/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which text a quota notice has, and what its variables say. */

#include "lib.h"
#include "ioloop.h"
#include "mail-user.h"
#include "notice-text.h"
#include "quota-contents.h"
#include "quota-notice.h"
#include "quota-text.h"

#include <stdio.h>

#define MB (UINT64_C(1) << 20)

static struct mail_user user = { .username = "ana" };

static const struct kind_row {
	const char *label;
	enum coexist_quota_action action;
	enum coexist_quota_resource resource;
	const char *kind;
} kind_rows[] = {
	{ "a level", COEXIST_QUOTA_TELL_LEVEL, COEXIST_QUOTA_STORAGE,
	  "quota-storage" },
	{ "a level of messages", COEXIST_QUOTA_TELL_LEVEL,
	  COEXIST_QUOTA_MESSAGES, "quota-messages" },
	{ "a reminder", COEXIST_QUOTA_TELL_REMINDER, COEXIST_QUOTA_STORAGE,
	  "quota-storage" },
	{ "recovered", COEXIST_QUOTA_TELL_RECOVERED, COEXIST_QUOTA_MESSAGES,
	  "quota-recovered" },
};

/* On both sides of each colour, and of what the bar can show. */
static const struct bar_row {
	uint64_t percent;
	const char *bar, *color;
} bar_rows[] = {
	{ 0, "0", "#388e3c" },
	{ 79, "79", "#388e3c" },
	{ 80, "80", "#ef8c00" },
	{ 94, "94", "#ef8c00" },
	{ 95, "95", "#d32f2f" },
	{ 100, "100", "#d32f2f" },
	{ 101, "100", "#d32f2f" },
};

static struct coexist_quota_notice notice_make(uint64_t used, uint64_t limit)
{
	struct coexist_quota_notice notice = {
		.user = &user,
		.action = COEXIST_QUOTA_TELL_LEVEL,
		.usage = { COEXIST_QUOTA_STORAGE, used, limit },
		.percent = used * 100 / limit
	};

	return notice;
}

/* Returns TRUE if there is a variable of that name with this value, or NULL. */
static bool
says(const struct coexist_notice *text, const char *name, const char *value)
{
	unsigned int i;

	for (i = 0; i < text->variables.count; i++) {
		if (strcmp(text->variables.variables[i].name, name) == 0) {
			return null_strcmp(text->variables.variables[i].value,
					   value) == 0;
		}
	}
	return FALSE;
}

static bool kind_holds(const struct kind_row *row)
{
	struct coexist_quota_notice notice = notice_make(82, 100);
	const struct coexist_notice *text;

	notice.action = row->action;
	notice.usage.resource = row->resource;
	text = coexist_quota_text_make(&notice, NULL);
	/* each takes the place of the one before, whatever that said */
	return strcmp(text->kind, row->kind) == 0 &&
		null_strcmp(text->place_name, "quota_mail") == 0 &&
		text->builtin != NULL;
}

static bool bar_holds(const struct bar_row *row)
{
	struct coexist_quota_notice notice = notice_make(82, 100);
	const struct coexist_notice *text;

	notice.percent = row->percent;
	text = coexist_quota_text_make(&notice, NULL);
	return says(text, "bar", row->bar) &&
		says(text, "bar_color", row->color);
}

static bool usage_holds(void)
{
	struct coexist_quota_notice notice = notice_make(820 * MB, 1000 * MB);
	const struct coexist_notice *text =
		coexist_quota_text_make(&notice, NULL);

	return says(text, "user", "ana") && says(text, "percent", "82") &&
		says(text, "used", "820 MB") && says(text, "limit", "1000 MB") &&
		says(text, "free", "180 MB");
}

/* Nothing is left, and not less. */
static bool overfull_holds(void)
{
	struct coexist_quota_notice notice = notice_make(1200 * MB, 1000 * MB);

	return says(coexist_quota_text_make(&notice, NULL), "free", "0 B");
}

static bool forecast_holds(bool foreseen, const char *seen, const char *left)
{
	struct coexist_quota_notice notice = notice_make(82, 100);
	const struct coexist_notice *text;

	notice.foreseen = foreseen;
	notice.forecast.days_seen = 14;
	notice.forecast.days_left = 30;
	text = coexist_quota_text_make(&notice, NULL);
	return says(text, "growth_days", seen) && says(text, "days_left", left);
}

/* What was not looked into is unknown, and what is not there is left out. */
static bool contents_hold(void)
{
	struct coexist_quota_notice notice = notice_make(82, 100);
	struct coexist_quota_contents contents = {
		.largest = { .line = "INBOX 512 MB" },
		.trash = 20 * MB
	};
	const struct coexist_notice *unknown, *none, *some;

	unknown = coexist_quota_text_make(&notice, NULL);
	none = coexist_quota_text_make(&notice, &contents);
	contents.downloaded.count = 3;
	contents.downloaded.size = 30 * MB;
	some = coexist_quota_text_make(&notice, &contents);
	return says(unknown, "folders", NULL) && says(unknown, "trash", NULL) &&
		says(none, "folders", "INBOX 512 MB") &&
		says(none, "trash", "20 MB") && says(none, "junk", "0 B") &&
		says(none, "downloaded", "") &&
		says(none, "downloaded_size", "") &&
		says(some, "downloaded", "3") &&
		says(some, "downloaded_size", "30 MB");
}

/* What goes by itself is said of the Trash, or that it does not; and of what POP3 has
   downloaded where there is some. */
static bool freed_holds(unsigned int trash_days, unsigned int keep_days,
			unsigned int downloaded, const char *kept,
			const char *days)
{
	struct coexist_quota_notice notice = notice_make(82, 100);
	struct coexist_quota_contents contents = {
		.trash = 20 * MB,
		.trash_days = trash_days,
		.downloaded = { downloaded, 0 },
		.hidden = { 2, 30 * MB },
		.keep_days = keep_days
	};
	const struct coexist_notice *text =
		coexist_quota_text_make(&notice, &contents);

	return says(text, "trash", "20 MB") && says(text, "trash_kept", kept) &&
		says(text, "trash_days",
		     trash_days == 0 ? "" : dec2str(trash_days)) &&
		says(text, "keep_days", days) && says(text, "hidden", "2") &&
		says(text, "hidden_size", "30 MB") && says(text, "archive", "");
}

static unsigned int check(const char *label, bool holds)
{
	if (!holds)
		printf("%s\n", label);
	return holds ? 0 : 1;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(kind_rows); i++)
		failed += check(kind_rows[i].label, kind_holds(&kind_rows[i]));
	for (i = 0; i < N_ELEMENTS(bar_rows); i++)
		failed += check(bar_rows[i].bar, bar_holds(&bar_rows[i]));
	failed += check("usage", usage_holds());
	failed += check("more than the limit", overfull_holds());
	failed += check("a forecast", forecast_holds(TRUE, "14", "30"));
	failed += check("no forecast", forecast_holds(FALSE, "", ""));
	failed += check("contents", contents_hold());
	failed += check("nothing goes", freed_holds(0, 0, 1, "20 MB", ""));
	failed += check("both go", freed_holds(30, 14, 1, "", "14"));
	failed += check("nothing was downloaded",
			freed_holds(30, 14, 0, "", ""));
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
