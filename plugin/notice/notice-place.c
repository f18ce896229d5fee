/* See the contract in notice-place.h. */

#include "lib.h"
#include "notice-place.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "str.h"
#include "mailbox-state.h"
#include "keywords.h"
#include "notice-message.h"
#include "session-changes.h"
#include "uid-list.h"

/* Notices that were replaced and are still there, of all kinds: UIDVALIDITY and
   UIDs, as in 1772439000:17,21:23 */
#define STATE_REPLACED "notices_replaced"
/* With more, of a mailbox that POP3 never looks into, it begins anew. */
#define REPLACED_MAX 64

struct places {
	uint32_t uidvalidity;
	ARRAY_TYPE(seq_range) uids;
};

/* The state */

/* Returns FALSE, and an empty list, if the text, which may be NULL, tells no
   places. */
static bool places_parse(const char *text, struct places *places_r)
{
	t_array_init(&places_r->uids, 4);
	places_r->uidvalidity = 0;
	if (text != NULL &&
	    str_parse_uint32(text, &places_r->uidvalidity, &text) == 0 &&
	    *text == ':' &&
	    coexist_uid_list_parse(text + 1, &places_r->uids) == 0 &&
	    coexist_uid_list_count(&places_r->uids) <= REPLACED_MAX)
		return TRUE;
	array_clear(&places_r->uids);
	return FALSE;
}

static const char *places_format(const struct places *places)
{
	string_t *text = t_str_new(64);

	str_printfa(text, "%u:", places->uidvalidity);
	coexist_uid_list_write(text, &places->uids);
	return str_c(text);
}

static void places_init(struct places *places_r, uint32_t uidvalidity,
			uint32_t uid)
{
	t_array_init(&places_r->uids, 1);
	places_r->uidvalidity = uidvalidity;
	coexist_uid_list_add(&places_r->uids, uid);
}

/* Returns a value that has the places, too. */
static const char *replaced_add(const char *state, const struct places *places)
{
	struct places replaced;

	if (!places_parse(coexist_state_text_get(state, STATE_REPLACED),
			  &replaced) ||
	    replaced.uidvalidity != places->uidvalidity ||
	    coexist_uid_list_count(&replaced.uids) == REPLACED_MAX)
		return places_format(places);
	array_append_array(&replaced.uids, &places->uids);
	return places_format(&replaced);
}

struct replacement {
	const char *name;
	struct places last, before;
	bool have_before;
	/* the one before stays for now */
	bool leave;
};

static unsigned int
replacement_decide(const char *state, struct coexist_state_value *values_r,
		   void *context)
{
	struct replacement *replacement = context;

	replacement->have_before =
		places_parse(coexist_state_text_get(state, replacement->name),
			     &replacement->before) &&
		coexist_uid_list_count(&replacement->before.uids) == 1;
	values_r[0].name = replacement->name;
	values_r[0].value = places_format(&replacement->last);
	if (!replacement->have_before || !replacement->leave)
		return 1;
	values_r[1].name = STATE_REPLACED;
	values_r[1].value = replaced_add(state, &replacement->before);
	return 2;
}

static unsigned int
leave_decide(const char *state, struct coexist_state_value *values_r,
	     void *context)
{
	values_r->name = STATE_REPLACED;
	values_r->value = replaced_add(state, context);
	return 1;
}

/* Under the lock: of several sessions that begin at once, one gets them. */
static unsigned int
replaced_take_decide(const char *state, struct coexist_state_value *values_r,
		     void *context)
{
	if (!places_parse(coexist_state_text_get(state, STATE_REPLACED),
			  context))
		return 0;
	values_r->name = STATE_REPLACED;
	values_r->value = "";
	return 1;
}

/* The messages */

/* Returns TRUE if somebody has given the message a keyword: one that Dovecot or
   we give by ourselves does not count. */
static bool has_keyword(struct mail *mail)
{
	static const char *const nobodys[] = {
		POP3_DOWNLOADED_KEYWORD, "$HasAttachment", "$HasNoAttachment",
		NULL
	};
	const char *const *keywords = mail_get_keywords(mail);

	for (; *keywords != NULL; keywords++) {
		if (!str_array_icase_find(nobodys, *keywords))
			return TRUE;
	}
	return FALSE;
}

static bool may_go(struct mail *mail, bool also_read)
{
	enum mail_flags flags = mail_get_flags(mail);
	const char *kind;

	if ((flags & (MAIL_ANSWERED | MAIL_FLAGGED)) != 0)
		return FALSE;
	if (also_read ? has_keyword(mail) : (flags & MAIL_SEEN) != 0)
		return FALSE;
	/* whoever has written the state */
	return mail_get_first_header(mail, COEXIST_NOTICE_HEADER, &kind) > 0;
}

/* Expunges those that may go. Returns how many stay, or -1. */
static int
expunge(struct mailbox *box, const struct places *places, bool also_read)
{
	struct mailbox_transaction_context *t;
	struct seq_range_iter iter;
	struct mail *mail;
	unsigned int n = 0;
	uint32_t uid;
	int left = 0;

	t = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_NO_NOTIFY,
				      "coexist notice");
	mail = mail_alloc(t, MAIL_FETCH_FLAGS, NULL);
	seq_range_array_iter_init(&iter, &places->uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		if (!mail_set_uid(mail, uid))
			continue;
		if (may_go(mail, also_read))
			mail_expunge(mail);
		else
			left++;
	}
	mail_free(&mail);
	return mailbox_transaction_commit(&t) < 0 ||
		mailbox_sync(box, 0) < 0 ? -1 : left;
}

/* Returns how many of the places still have something in them, or -1. */
static int
withdraw(struct mailbox *box, const struct places *places, bool also_read)
{
	struct mailbox_status status;

	if (mailbox_sync(box, 0) < 0)
		return -1;
	mailbox_get_open_status(box, STATUS_UIDVALIDITY, &status);
	return status.uidvalidity != places->uidvalidity ||
		mailbox_is_readonly(box) ? 0 :
		expunge(box, places, also_read);
}

static int withdraw_logged(struct mailbox *box, const struct places *places,
			   bool also_read)
{
	struct mail_user *user = box->storage->user;
	/* the owner has removed nothing */
	struct coexist_changes *changes = coexist_changes_suspend(user);
	enum mail_error error = MAIL_ERROR_NONE;
	const char *text;
	int ret = withdraw(box, places, also_read);

	coexist_changes_resume(user, changes);
	if (ret < 0) {
		text = mailbox_get_last_internal_error(box, &error);
		/* that the user may not expunge is no fault */
		if (error != MAIL_ERROR_PERM || !also_read) {
			e_warning(box->event, "coexist: Can't take the notice "
				  "away that a newer one replaces: %s", text);
		}
	}
	return ret;
}

static void replace(struct mailbox *inbox, struct replacement *replacement)
{
	struct mail_user *user = inbox->storage->user;

	/* what can't be remembered stays beside the next one */
	if (coexist_mailbox_state_update(user, replacement_decide, replacement) < 0 ||
	    !replacement->have_before || replacement->leave)
		return;
	if (withdraw_logged(inbox, &replacement->before,
			    /*also_read=*/FALSE) > 0) {
		(void)coexist_mailbox_state_update(user, leave_decide,
					   &replacement->before);
	}
}

void coexist_notice_replace(struct mailbox *inbox, const char *name,
			    const struct coexist_notice_place *place)
{
	T_BEGIN {
		struct replacement replacement = {
			.name = name,
			.leave = strcmp(inbox->storage->user->service,
					"pop3") == 0
		};

		places_init(&replacement.last, place->uidvalidity, place->uid);
		replace(inbox, &replacement);
	} T_END;
}

static void tidy(struct mail_user *user, const struct places *places)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	struct mailbox *box = mailbox_alloc(ns->list, "INBOX", 0);

	if (box->virtual_vfuncs == NULL)
		(void)withdraw_logged(box, places, /*also_read=*/TRUE);
	mailbox_free(&box);
}

void coexist_notice_tidy(struct mail_user *user)
{
	struct places places;
	const char *state;

	T_BEGIN {
		/* nobody waits for a lock where there is nothing to do */
		if (coexist_mailbox_state_read(user, &state) == 0 &&
		    places_parse(coexist_state_text_get(state, STATE_REPLACED),
				 &places) &&
		    coexist_mailbox_state_update(user, replaced_take_decide,
					 &places) == 0 &&
		    !array_is_empty(&places.uids))
			tidy(user, &places);
	} T_END;
}
