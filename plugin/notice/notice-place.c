/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-place.h. */

#include "lib.h"
#include "notice-place.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mailbox-state.h"
#include "notice-places.h"
#include "notice-withdraw.h"
#include "uid-list.h"
#include "coexist-event.h"

/* Notices that were replaced and are still there, of all kinds: UIDVALIDITY and
   UIDs, as in 1772439000:17,21:23 */
#define STATE_REPLACED "notices_replaced"

struct replacement {
	const char *name;
	struct coexist_notice_places last, before;
	bool have_before;
	/* the one before stays for now */
	bool leave;
};

static const char *replaced_get(const char *state)
{
	return coexist_state_text_get(state, STATE_REPLACED);
}

static unsigned int
replacement_decide(const char *state, struct coexist_state_value *values_r,
		   void *context)
{
	struct replacement *replacement = context;
	const char *last = coexist_state_text_get(state, replacement->name);

	replacement->have_before =
		coexist_notice_places_parse(last, &replacement->before) &&
		coexist_uid_list_count(&replacement->before.uids) == 1;
	values_r[0].name = replacement->name;
	values_r[0].value = coexist_notice_places_format(&replacement->last);
	if (!replacement->have_before || !replacement->leave)
		return 1;
	values_r[1].name = STATE_REPLACED;
	values_r[1].value = coexist_notice_places_add(replaced_get(state),
						      &replacement->before);
	return 2;
}

static unsigned int
leave_decide(const char *state, struct coexist_state_value *values_r,
	     void *context)
{
	values_r->name = STATE_REPLACED;
	values_r->value =
		coexist_notice_places_add(replaced_get(state), context);
	return 1;
}

/* Under the lock: of several sessions that begin at once, one gets them. */
static unsigned int
replaced_take_decide(const char *state, struct coexist_state_value *values_r,
		     void *context)
{
	if (!coexist_notice_places_parse(replaced_get(state), context))
		return 0;
	values_r->name = STATE_REPLACED;
	values_r->value = "";
	return 1;
}

static void
replacement_log(struct mailbox *inbox, const struct replacement *replacement,
		const char *outcome)
{
	coexist_trace(inbox->storage->user, "Notice: %s is %s now, the one before "
		      "(%s) %s", replacement->name,
		      coexist_notice_places_format(&replacement->last),
		      coexist_notice_places_format(&replacement->before), outcome);
}

static void replace(struct mailbox *inbox, struct replacement *replacement)
{
	struct mail_user *user = inbox->storage->user;
	int left;

	/* what can't be remembered stays beside the next one */
	if (coexist_mailbox_state_update(user, replacement_decide,
					 replacement) < 0 ||
	    !replacement->have_before)
		return;
	if (replacement->leave) {
		replacement_log(inbox, replacement,
				"waits for the next POP3 session");
		return;
	}
	left = coexist_notice_withdraw(inbox, &replacement->before,
				       /*also_read=*/FALSE);
	if (left == 0) {
		replacement_log(inbox, replacement, "is gone");
		return;
	}
	if (left > 0) {
		replacement_log(inbox, replacement,
				"was read, answered or flagged, and stays");
	}
	/* what could not be withdrawn is one of ours all the same */
	(void)coexist_mailbox_state_update(user, leave_decide,
					   &replacement->before);
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

		coexist_notice_places_init(&replacement.last,
					   place->uidvalidity, place->uid);
		replace(inbox, &replacement);
	} T_END;
}

static void
tidy(struct mail_user *user, const struct coexist_notice_places *places)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	struct mailbox *box = mailbox_alloc(ns->list, "INBOX", 0);

	if (box->virtual_vfuncs == NULL)
		(void)coexist_notice_withdraw(box, places, /*also_read=*/TRUE);
	mailbox_free(&box);
}

void coexist_notice_tidy(struct mail_user *user)
{
	struct coexist_notice_places places;
	const char *state;

	T_BEGIN {
		/* nobody waits for a lock where there is nothing to do */
		if (coexist_mailbox_state_read(user, &state) == 0 &&
		    coexist_notice_places_parse(replaced_get(state), &places) &&
		    coexist_mailbox_state_update(user, replaced_take_decide,
					 &places) == 0 &&
		    !array_is_empty(&places.uids))
			tidy(user, &places);
	} T_END;
}

/* Returns TRUE if a line of the state says where a notice, or several, are. */
static bool is_place(const char *name)
{
	static const char end[] = COEXIST_NOTICE_PLACE_END;
	size_t length = strlen(name), end_length = sizeof(end) - 1;

	return strcmp(name, STATE_REPLACED) == 0 ||
		(length > end_length &&
		 strcmp(name + length - end_length, end) == 0);
}

static void
place_add(const char *line, uint32_t uidvalidity, ARRAY_TYPE(seq_range) *uids)
{
	const char *value = strchr(line, '=');
	struct coexist_notice_places places;

	if (value == NULL || !is_place(t_strdup_until(line, value)) ||
	    !coexist_notice_places_parse(value + 1, &places) ||
	    places.uidvalidity != uidvalidity)
		return;
	array_append_array(uids, &places.uids);
}

void coexist_notice_get_places(const char *state, uint32_t uidvalidity,
			       ARRAY_TYPE(seq_range) *uids)
{
	const char *const *lines = t_strsplit(state, "\n");

	for (; *lines != NULL; lines++)
		place_add(*lines, uidvalidity, uids);
	coexist_uid_list_sort(uids);
}
