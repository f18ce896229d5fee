/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-text.h. */

#include "lib.h"
#include "quota-text.h"
#include "ioloop.h"
#include "mail-user.h"
#include "time-util.h"
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
	struct coexist_notice_variable variables[16];
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
		"folders", "trash", "junk", "downloaded", "downloaded_size"
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
	variable_add(text, "trash",
		     coexist_quota_size_format(contents->trash));
	variable_add(text, "junk", coexist_quota_size_format(contents->junk));
}

static void downloaded_add(struct quota_text *text,
			   const struct coexist_quota_contents *contents)
{
	bool none = contents->downloaded == 0;

	variable_add(text, "downloaded",
		     none ? "" : dec2str(contents->downloaded));
	variable_add(text, "downloaded_size", none ? "" :
		     coexist_quota_size_format(contents->downloaded_size));
}

const struct coexist_notice *
coexist_quota_text_make(const struct coexist_quota_notice *notice,
			const struct coexist_quota_contents *contents)
{
	struct quota_text *text = t_new(struct quota_text, 1);

	text->notice.variables.variables = text->variables;
	/* one of them is enough, whatever it says */
	text->notice.place_name = "quota_mail";
	kind_choose(notice, &text->notice);
	variable_add(text, "user", notice->user->username);
	variable_add(text, "date",
		     t_strflocaltime("%Y-%m-%d %H:%M", ioloop_time));
	usage_add(text, notice);
	forecast_add(text, notice);
	if (contents == NULL) {
		contents_add_unknown(text);
	} else {
		folders_add(text, contents);
		downloaded_add(text, contents);
	}
	return &text->notice;
}
