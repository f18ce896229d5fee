/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in end-notice.h. */

#include "lib.h"
#include "end-notice.h"
#include "ioloop.h"
#include "mail-storage-private.h"
#include "time-util.h"
#include "coexist/day.h"
#include "notice.h"

static const char builtin_text[] =
"Subject: {protocol} ends on {from}\n"
"\n"
"From {from} on, mail programs can use the mailbox {user}\n"
"by {protocol} no more. You have used it lately.\n"
"\n"
"No message is lost: what is in the mailbox stays there.\n"
"\n"
"What you can use instead: {instead}. Choose it in the settings of your mail\n"
"program, or set the account up anew.\n"
"\n"
"{reason}\n"
"\n"
"If you need help, ask your mail administrator.\n";

static const char *instead_text(enum coexist_protocol instead)
{
	return instead == COEXIST_PROTOCOL_OTHER ? "" :
		coexist_protocol_label(instead);
}

static const char *day_text(uint64_t day)
{
	time_t time = (time_t)(day * COEXIST_SECS_PER_DAY);

	return t_strftime("%Y-%m-%d", gmtime(&time));
}

int coexist_end_notice_send(struct mail_user *user,
			    const struct coexist_end_notice *notice)
{
	const struct coexist_notice_variable variables[] = {
		{ .name = "protocol",
		  .value = coexist_protocol_label(notice->protocol) },
		{ .name = "from", .value = day_text(notice->day) },
		{ .name = "instead", .value = instead_text(notice->instead) },
		{ .name = "reason", .value = notice->reason },
		{ .name = "user", .value = user->username },
		{ .name = "date",
		  .value = t_strflocaltime("%Y-%m-%d %H:%M", ioloop_time) }
	};
	const struct coexist_notice message = {
		.kind = "protocol-ends",
		.place_name = t_strdup_printf("%s_ends_mail",
			coexist_protocol_name(notice->protocol)),
		.builtin = builtin_text,
		.variables = { variables, N_ELEMENTS(variables) }
	};
	struct mailbox *inbox = coexist_notice_inbox(user);
	struct coexist_notice_place place;
	int ret;

	ret = coexist_notice_send(inbox, &message, &place);
	mailbox_free(&inbox);
	return ret;
}
