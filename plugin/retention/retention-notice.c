/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-notice.h. */

#include "lib.h"
#include "retention-notice.h"
#include "ioloop.h"
#include "mail-storage-private.h"
#include "time-util.h"
#include "notice.h"
#include "notice-text.h"

static const char builtin_text[] =
"Subject: {count} {count|message|messages} will leave your inbox on {from}\n"
"\n"
"In the inbox of {user} there are {count} {count|message|messages}\n"
"that a mail program downloaded by POP3 more than {days} {days|day|days} ago.\n"
"\n"
"From {from} on they will be deleted, {deleted} in all, with those that\n"
"reach that age until then.\n"
"\n"
"From {from} on they will be moved to the folder {target}, with those\n"
"that reach that age until then.\n"
"\n"
"To keep a message in the inbox, flag it, mark it as unread or move it to\n"
"another folder, in webmail or in a program that uses IMAP.\n";

int coexist_retention_notice_send(
	struct mailbox *inbox, const struct coexist_retention_notice *notice)
{
	const char *target = notice->target;
	const char *count = dec2str(notice->count);
	const struct coexist_notice_variable variables[] = {
		{ .name = "count", .value = count },
		{ .name = "days", .value = dec2str(notice->keep_days) },
		{ .name = "from",
		  .value = t_strflocaltime("%Y-%m-%d", notice->from) },
		/* one of them is absent */
		{ .name = "deleted", .value = target == NULL ? count : "" },
		{ .name = "target", .value = target == NULL ? "" : target },
		{ .name = "user", .value = inbox->storage->user->username },
		{ .name = "date",
		  .value = t_strflocaltime("%Y-%m-%d %H:%M", ioloop_time) }
	};
	const struct coexist_notice message = {
		.kind = "pop3-keep-days",
		.builtin = builtin_text,
		.variables = { variables, N_ELEMENTS(variables) }
	};

	struct coexist_notice_place place;

	return coexist_notice_send(inbox, &message, &place);
}
