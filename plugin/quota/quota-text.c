/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-text.h. */

#include "lib.h"
#include "quota-text.h"
#include "ioloop.h"
#include "mail-user.h"
#include "time-util.h"
#include "notice-place.h"
#include "notice-text.h"
#include "quota-amount.h"
#include "quota-contents.h"
#include "quota-notice.h"

static const char storage_text[] =
"Subject: Your mailbox is {percent} % full\n"
"Alert: Your mailbox is {percent} % full. Please delete what you don't need\n"
" any more, and empty the trash.\n"
"\n"
"The mailbox {user} uses {used} of {limit}; {free} are left.\n"
"When nothing is left, no more mail can arrive. Please delete what you do\n"
"not need any more, and empty the trash ({trash}).\n"
"\n"
"{folders}\n"
"\n"
"Downloaded by POP3 and still in INBOX: {downloaded}\n"
"{downloaded|message|messages}, {downloaded_size}\n";

static const char messages_text[] =
"Subject: Your mailbox has {percent} % of the messages it may have\n"
"Alert: Your mailbox has {percent} % of the messages that it may have.\n"
" Please delete what you don't need any more, and empty the trash.\n"
"\n"
"The mailbox {user} has {used} messages and may have {limit}.\n"
"When no more are allowed, no more mail can arrive. Please delete what\n"
"you do not need any more, and empty the trash.\n"
"\n"
"Downloaded by POP3 and still in INBOX: {downloaded}\n"
"{downloaded|message|messages}\n";

static const char recovered_text[] =
"Subject: Your mailbox has room again\n"
"Alert: Your mailbox has enough room again: {percent} % are used.\n"
"\n"
"The mailbox {user} uses {percent} % of what it may: {used} of {limit}.\n"
"There is nothing more to do.\n";

/* A notice with room for its variables, which lie on the data stack together. */
struct quota_text {
	struct coexist_notice notice;
	struct coexist_notice_variable variables[24];
};

/* Colours that can be told from each other on white and on black. */
static const char *color_choose(uint64_t percent)
{
	return percent >= 95 ? "#d32f2f" : percent >= 80 ? "#ef8c00" :
		"#388e3c";
}

static void
kind_choose(const struct coexist_quota_notice *notice,
	    struct coexist_notice *text)
{
	if (notice->action == COEXIST_QUOTA_TELL_RECOVERED) {
		text->kind = "quota-recovered";
		text->builtin = recovered_text;
	} else if (notice->usage.resource == COEXIST_QUOTA_STORAGE) {
		text->kind = "quota-storage";
		text->builtin = storage_text;
	} else {
		text->kind = "quota-messages";
		text->builtin = messages_text;
	}
}

static void
variable_add(struct quota_text *text, const char *name,
	     const char *value)
{
	struct coexist_notice_variable *variable =
		&text->variables[text->notice.variables.count++];

	i_assert(text->notice.variables.count <= N_ELEMENTS(text->variables));
	i_zero(variable);
	variable->name = name;
	variable->value = value;
}

static void
amount_add(struct quota_text *text, const char *name,
	   const struct coexist_quota_usage *usage, uint64_t amount)
{
	variable_add(text, name,
		     coexist_quota_amount_format(usage->resource, amount));
}

static void usage_add(struct quota_text *text,
		      const struct coexist_quota_notice *notice)
{
	const struct coexist_quota_usage *usage = &notice->usage;
	const uint64_t left = usage->used < usage->limit ?
		usage->limit - usage->used : 0;

	variable_add(text, "percent", dec2str(notice->percent));
	amount_add(text, "used", usage, usage->used);
	amount_add(text, "limit", usage, usage->limit);
	amount_add(text, "free", usage, left);
	variable_add(text, "bar", dec2str(I_MIN(notice->percent, 100)));
	variable_add(text, "bar_color", color_choose(notice->percent));
}

static void forecast_add(struct quota_text *text,
			 const struct coexist_quota_notice *notice)
{
	const struct coexist_quota_forecast *forecast = &notice->forecast;

	variable_add(text, "growth_days",
		     notice->foreseen ? dec2str(forecast->days_seen) : "");
	variable_add(text, "days_left",
		     notice->foreseen ? dec2str(forecast->days_left) : "");
}

/* Contents that nobody has looked into are unknown. */
static void contents_add_unknown(struct quota_text *text)
{
	static const char *const names[] = {
		"folders", "trash", "trash_days", "trash_kept", "archive",
		"junk", "downloaded", "downloaded_size", "hidden",
		"hidden_size", "keep_days"
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++)
		variable_add(text, names[i], /*value=*/NULL);
}

static void folders_add(struct quota_text *text,
			const struct coexist_quota_contents *contents)
{
	struct coexist_notice_variable *folders =
		&text->variables[text->notice.variables.count];

	variable_add(text, "folders", contents->largest.line);
	folders->rows = contents->largest.rows;
	folders->rows_count = contents->largest.rows_count;
	variable_add(text, "junk", coexist_quota_size_format(contents->junk));
}

/* Returns the text unless there is none of that. */
static const char *unless(bool none, const char *text)
{
	return none ? "" : text;
}

/* What was deleted and is still there, and whether it goes by itself. */
static void trash_add(struct quota_text *text,
		      const struct coexist_quota_contents *contents)
{
	const char *size = coexist_quota_size_format(contents->trash);
	const bool kept = contents->trash_days == 0;

	variable_add(text, "trash", size);
	variable_add(text, "trash_days",
		     unless(kept, dec2str(contents->trash_days)));
	variable_add(text, "trash_kept", unless(!kept, size));
	variable_add(text, "archive", unless(contents->archive == 0,
		     coexist_quota_size_format(contents->archive)));
}

static void marked_add(struct quota_text *text, const char *name,
		       const struct coexist_quota_marked *marked)
{
	bool none = marked->count == 0;

	variable_add(text, name, unless(none, dec2str(marked->count)));
	variable_add(text, t_strconcat(name, "_size", NULL),
		     unless(none, coexist_quota_size_format(marked->size)));
}

static void contents_add(struct quota_text *text,
			 const struct coexist_quota_contents *contents)
{
	const unsigned int days = contents->keep_days;

	folders_add(text, contents);
	trash_add(text, contents);
	marked_add(text, "downloaded", &contents->downloaded);
	marked_add(text, "hidden", &contents->hidden);
	/* there is no need to say it of nothing */
	variable_add(text, "keep_days",
		     unless(days == 0 || contents->downloaded.count == 0,
			    dec2str(days)));
}

const struct coexist_notice *
coexist_quota_text_make(const struct coexist_quota_notice *notice,
			const struct coexist_quota_contents *contents)
{
	struct quota_text *text = t_new(struct quota_text, 1);

	text->notice.variables.variables = text->variables;
	/* one of them is enough, whatever it says */
	text->notice.place_name = "quota"COEXIST_NOTICE_PLACE_END;
	kind_choose(notice, &text->notice);
	variable_add(text, "user", notice->user->username);
	variable_add(text, "date",
		     t_strflocaltime("%Y-%m-%d %H:%M", ioloop_time));
	usage_add(text, notice);
	forecast_add(text, notice);
	if (contents == NULL)
		contents_add_unknown(text);
	else
		contents_add(text, contents);
	return &text->notice;
}
