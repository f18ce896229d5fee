/* See the contract in quota-mail.h. */

#include "lib.h"
#include "quota-mail.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "coexist-state.h"
#include "notice.h"
#include "quota-contents.h"
#include "quota-notice.h"
#include "quota-text.h"

/* Where the last notice is in INBOX, as UIDVALIDITY:UID */
#define STATE_MAIL "quota_mail"

static int
notice_send(const struct coexist_quota_notice *notice, struct mailbox *inbox,
	    struct coexist_notice_place *place_r)
{
	struct coexist_quota_contents contents;
	struct coexist_quota_text text;

	coexist_quota_contents_get(inbox, &contents);
	coexist_quota_text_init(&text, notice, &contents);
	return coexist_notice_send(inbox, &text.notice, place_r);
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
place_replace(struct mail_user *user, struct mailbox *inbox,
	      const struct coexist_notice_place *place)
{
	struct replacement replacement = { .place = place };

	/* What can't be remembered stays beside the next one, as does what the
	   client of a POP3 session was shown and may be about to fetch. */
	if (coexist_state_update(user, place_decide, &replacement) == 0 &&
	    replacement.have_before && strcmp(user->service, "pop3") != 0)
		coexist_notice_withdraw(inbox, &replacement.before);
}

static int
inbox_tell(const struct coexist_quota_notice *notice, struct mailbox *inbox)
{
	struct coexist_notice_place place;

	if (notice_send(notice, inbox, &place) < 0)
		return -1;
	notice->added->bytes += place.size;
	notice->added->messages++;
	if (place.uid != 0)
		place_replace(notice->user, inbox, &place);
	return 0;
}

int coexist_quota_mail_tell(const struct coexist_quota_notice *notice)
{
	struct mailbox *inbox = coexist_notice_inbox(notice->user);
	int ret = inbox_tell(notice, inbox);

	mailbox_free(&inbox);
	return ret;
}
