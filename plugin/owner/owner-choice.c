/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-choice.h. */

#include "lib.h"
#include "owner-choice.h"
#include "mail-user.h"
#include "coexist-event.h"
#include "logged-value.h"
#include "owner-file.h"
#include "session-policy.h"

static const char *
why_not(struct mail_user *user, unsigned int openable, const char *text)
{
	struct coexist_value value;

	if ((coexist_session_policy_get_open(user) & BIT(openable)) == 0)
		return "sleeps: the key is not open";
	switch (coexist_owner_choice_parse(coexist_session_policy_get(user),
					   openable, text, &value)) {
	case COEXIST_CHOICE_OUT_OF_BOUNDS:
		return "does not count: it is out of the bounds";
	case COEXIST_CHOICE_VALID:
	case COEXIST_CHOICE_NONE:
	case COEXIST_CHOICE_UNKNOWN:
		break;
	}
	return "does not count: it is no value of the key";
}

static void
choices_trace(struct mail_user *user, const char *const *texts,
	      coexist_openable_set held)
{
	unsigned int i;

	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		if (texts[i] == NULL)
			continue;
		coexist_trace(user, "The owner chose %s=%s, which %s",
			coexist_policy_keys[coexist_openable_keys[i].key].name,
			coexist_logged_value(texts[i]),
			(held & BIT(i)) != 0 ? "holds" :
			why_not(user, i, texts[i]));
	}
}

coexist_openable_set coexist_owner_choice_read(struct mail_user *user)
{
	struct coexist_owner_choices choices;
	coexist_openable_set held;

	if (!coexist_owner_file_read(user, user->pool, &choices))
		return 0;
	held = coexist_session_policy_choose(user, choices.texts);
	if (coexist_trace_is_on(user))
		choices_trace(user, choices.texts, held);
	return held;
}
