/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in status-use.h. */

#include "lib.h"
#include "status-use.h"
#include "admin-print.h"
#include "coexist-admin.h"
#include "coexist/day.h"
#include "compat-doveadm-mail.h"
#include "mail-functions.h"
#include "time-text.h"

#define ALL_PROTOCOLS COEXIST_PROTOCOL_OTHER

void coexist_status_use_init(void)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("protocol"),
		COEXIST_TEXT_COLUMN("last_use"),
		COEXIST_TEXT_COLUMN("address"),
		COEXIST_TEXT_COLUMN("known_since")
	};

	COEXIST_PRINT_COLUMNS(columns);
}

static int
usage_error(struct doveadm_mail_cmd_context *ctx, struct mail_user *user,
	    const char *option, const char *text, const char *expected)
{
	e_error(user->event, "--%s %s: Expected %s", option, text, expected);
	ctx->exit_code = EX_USAGE;
	return -1;
}

int coexist_status_use_read(struct doveadm_mail_cmd_context *ctx,
			    struct mail_user *user, const char *protocol,
			    struct coexist_status_use *use)
{
	const char *since = coexist_admin_text(ctx->cctx, "since");
	time_t time;
	bool utc;

	use->unused = coexist_admin_flag(ctx->cctx, "unused");
	use->protocol = 0;
	while (use->protocol < ALL_PROTOCOLS &&
	       strcasecmp(coexist_protocol_name(use->protocol), protocol) != 0)
		use->protocol++;
	if (use->protocol == ALL_PROTOCOLS && strcasecmp(protocol, "all") != 0) {
		return usage_error(ctx, user, "protocol", protocol, "imap, "
				   "pop3, submission, sieve, webmail or all");
	}
	if (since == NULL)
		return 0;
	if (mail_parse_human_timestamp(since, &time, &utc) < 0) {
		return usage_error(ctx, user, "since", since,
				   "a date, or an interval such as 30d");
	}
	use->since = coexist_day(time);
	return 0;
}

/* Returns the day as a date, on the data stack. */
static const char *day_text(uint64_t day)
{
	return t_strcut(coexist_time_text(
			(time_t)(day * COEXIST_SECS_PER_DAY)), 'T');
}

static void
row_print(const struct coexist_last_use *last, enum coexist_protocol protocol)
{
	const struct coexist_protocol_use *one = &last->protocols[protocol];

	doveadm_print(coexist_protocol_name(protocol));
	doveadm_print(day_text(one->day));
	doveadm_print(one->address);
	doveadm_print(day_text(last->since));
}

static bool
is_wanted(const struct coexist_status_use *use,
	  const struct coexist_protocol_use *one)
{
	bool used = one->day > 0 && one->day >= use->since;

	return used != use->unused;
}

static void warn_if_off(struct mail_user *user, struct coexist_status_use *use,
			const struct coexist_use_noted *noted)
{
	if (!noted->is_off || use->is_off_said)
		return;
	e_warning(user->event, "coexist: note_last_use is off: nobody knows "
		  "of any use since it is");
	use->is_off_said = TRUE;
}

int coexist_status_use_run(struct doveadm_mail_cmd_context *ctx,
			   struct mail_user *user,
			   struct coexist_status_use *use)
{
	struct coexist_mail_functions functions;
	struct coexist_use_noted noted;
	unsigned int i;

	if (coexist_mail_functions_find(ctx, user, &functions) < 0)
		return -1;
	if (functions.use_noted_read(user, &noted) < 0) {
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		return -1;
	}
	warn_if_off(user, use, &noted);
	if (noted.last.since > 0 && (use->known_since == 0 ||
				     noted.last.since < use->known_since))
		use->known_since = noted.last.since;
	for (i = 0; i < ALL_PROTOCOLS; i++) {
		if ((use->protocol == (int)i || use->protocol == ALL_PROTOCOLS) &&
		    is_wanted(use, &noted.last.protocols[i]))
			row_print(&noted.last, i);
	}
	return 0;
}

void coexist_status_use_end(struct doveadm_mail_cmd_context *ctx,
			    const struct coexist_status_use *use)
{
	if (ctx->iterate_single_user ||
	    ctx->cctx->conn_type != DOVEADM_CONNECTION_TYPE_CLI)
		return;
	if (use->known_since == 0)
		i_info("coexist: Nothing is noted in these mailboxes");
	else
		i_info("coexist: The first note in these mailboxes is of %s",
		       day_text(use->known_since));
}
