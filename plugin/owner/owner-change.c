/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-change.h. */

#include "lib.h"
#include "owner-change.h"
#include "mail-user.h"
#include "coexist-event.h"
#include "logged-value.h"
#include "owner-file.h"
#include "session-guard.h"

void coexist_owner_change_add(struct coexist_owner_change *change,
			      enum coexist_openable openable, const char *text,
			      time_t when)
{
	i_free(change->texts[openable]);
	change->times[openable] = when;
	change->texts[openable] = i_strdup(text);
	change->changed |= BIT(openable);
}

/* Returns who changes it, on the data stack. */
static const char *changer(const struct mail_user *user)
{
	if (user->dsyncing)
		return "dsync";
	if (strcmp(user->service, "doveadm") == 0)
		return "doveadm";
	return coexist_guard_is_master_login(user) ?
		t_strconcat("master user ", user->auth_user, NULL) : "owner";
}

static void
change_log(struct mail_user *user, enum coexist_openable openable,
	   const char *text, const char *before)
{
	const char *name =
		coexist_policy_keys[coexist_openable_keys[openable].key].name;
	struct event *event = coexist_event_create(user);
	struct event_passthrough *e = event_create_passthrough(event)->
		set_name("coexist_choice_changed")->
		add_str("key", name)->add_str("by", changer(user));

	if (text != NULL)
		e = e->add_str("value", text);
	e_info(e->event(), "coexist: choice by %s: %s=%s, before %s=%s",
	       str_sanitize(changer(user), 80), name,
	       text == NULL ? "" : coexist_logged_value(text), name,
	       before == NULL ? "" : coexist_logged_value(before));
	event_unref(&event);
}

int coexist_owner_change_store(const struct coexist_owner_change *change,
			       struct mail_user *user)
{
	struct coexist_owner_choices before, after;
	const char *error;
	unsigned int i;

	(void)coexist_owner_file_read(user, pool_datastack_create(), &before);
	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		after.texts[i] = change->texts[i];
		after.times[i] = change->times[i];
	}
	if (coexist_owner_file_change(user, change->changed, &after,
				      &error) < 0) {
		e_error(user->event, "coexist: Can't store what the owner "
			"chose: %s", error);
		return -1;
	}
	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		if ((change->changed & BIT(i)) != 0 &&
		    null_strcmp(change->texts[i], before.texts[i]) != 0)
			change_log(user, i, change->texts[i], before.texts[i]);
	}
	return 0;
}

void coexist_owner_change_deinit(struct coexist_owner_change *change)
{
	unsigned int i;

	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++)
		i_free(change->texts[i]);
	change->changed = 0;
}
