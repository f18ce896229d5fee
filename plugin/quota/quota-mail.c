/* See the contract in quota-mail.h. */

#include "lib.h"
#include "quota-mail.h"
#include "ioloop.h"
#include "mail-user.h"
#include "time-util.h"
#include "coexist-state.h"
#include "notice.h"
#include "notice-text.h"
#include "quota-contents.h"
#include "quota-notice.h"

/* Where the last notice is in INBOX, as UIDVALIDITY:UID */
#define STATE_MAIL "quota_mail"

static const char storage_text[] =
"Subject: Your mailbox is {percent} % full\n"
"\n"
"The mailbox {user} uses {used} of {limit}; {free} are left.\n"
"When nothing is left, no more mail can arrive. Please delete what you do\n"
"not need any more, and empty the trash ({trash}).\n"
"\n"
"The largest folders: {folders}\n"
"Downloaded by POP3 and still in INBOX: {downloaded} messages\n"
"({downloaded_size})\n";

static const char messages_text[] =
"Subject: Your mailbox has {percent} % of the messages it may have\n"
"\n"
"The mailbox {user} has {used} messages and may have {limit}.\n"
"When no more are allowed, no more mail can arrive. Please delete what\n"
"you do not need any more, and empty the trash.\n"
"\n"
"Downloaded by POP3 and still in INBOX: {downloaded} messages\n";

static const char recovered_text[] =
"Subject: Your mailbox has room again\n"
"\n"
"The mailbox {user} uses {percent} % of what it may: {used} of {limit}.\n"
"There is nothing more to do.\n";

static const char *
amount_format(const struct coexist_quota_notice *notice, uint64_t amount)
{
	return notice->usage.resource == COEXIST_QUOTA_STORAGE ?
		coexist_quota_size_format(amount) :
		t_strdup_printf("%"PRIu64, amount);
}

static void
kind_choose(const struct coexist_quota_notice *notice,
	    struct coexist_notice *mail)
{
	if (notice->action == COEXIST_QUOTA_TELL_RECOVERED) {
		mail->kind = "quota-recovered";
		mail->builtin = recovered_text;
	} else if (notice->usage.resource == COEXIST_QUOTA_STORAGE) {
		mail->kind = "quota-storage";
		mail->builtin = storage_text;
	} else {
		mail->kind = "quota-messages";
		mail->builtin = messages_text;
	}
}

static int
notice_send(const struct coexist_quota_notice *notice,
	    struct coexist_notice_place *place_r)
{
	const struct coexist_quota_usage *usage = &notice->usage;
	struct coexist_quota_contents contents;
	const uint64_t left = usage->used < usage->limit ?
		usage->limit - usage->used : 0;

	coexist_quota_contents_get(notice->user, &contents);

	const struct coexist_notice_variable variables[] = {
		{ "user", notice->user->username },
		{ "date", t_strflocaltime("%Y-%m-%d %H:%M", ioloop_time) },
		{ "percent", t_strdup_printf("%"PRIu64, notice->percent) },
		{ "used", amount_format(notice, usage->used) },
		{ "limit", amount_format(notice, usage->limit) },
		{ "free", amount_format(notice, left) },
		{ "folders", contents.folders },
		{ "trash", coexist_quota_size_format(contents.trash) },
		{ "junk", coexist_quota_size_format(contents.junk) },
		{ "downloaded", dec2str(contents.downloaded) },
		{ "downloaded_size",
		  coexist_quota_size_format(contents.downloaded_size) }
	};
	struct coexist_notice mail = {
		.variables = variables,
		.variables_count = N_ELEMENTS(variables)
	};

	kind_choose(notice, &mail);
	return coexist_notice_send(notice->user, &mail, place_r);
}

/* Returns FALSE if there was none that is known of. */
static bool place_parse(const char *text, struct coexist_notice_place *place_r)
{
	const char *colon = text == NULL ? NULL : strchr(text, ':');

	return colon != NULL &&
		str_to_uint32(t_strdup_until(text, colon),
			      &place_r->uidvalidity) == 0 &&
		str_to_uint32(colon + 1, &place_r->uid) == 0;
}

struct replacement {
	const struct coexist_notice_place *place;
	struct coexist_notice_place before;
	bool have_before;
};

static unsigned int
place_decide(const char *text, struct coexist_state_value *values_r,
	     void *context)
{
	struct replacement *replacement = context;

	replacement->have_before =
		place_parse(coexist_state_text_get(text, STATE_MAIL),
			    &replacement->before);
	values_r->name = STATE_MAIL;
	values_r->value = t_strdup_printf("%u:%u",
					  replacement->place->uidvalidity,
					  replacement->place->uid);
	return 1;
}

static void
place_replace(struct mail_user *user, const struct coexist_notice_place *place)
{
	struct replacement replacement = { .place = place };

	/* What can't be remembered stays beside the next one, as does what the
	   client of a POP3 session was shown and may be about to fetch. */
	if (coexist_state_update(user, place_decide, &replacement) == 0 &&
	    replacement.have_before && strcmp(user->service, "pop3") != 0)
		coexist_notice_withdraw(user, &replacement.before);
}

int coexist_quota_mail_tell(const struct coexist_quota_notice *notice)
{
	struct coexist_notice_place place;

	if (notice_send(notice, &place) < 0)
		return -1;
	notice->added->bytes += place.size;
	notice->added->messages++;
	if (place.uid != 0)
		place_replace(notice->user, &place);
	return 0;
}
