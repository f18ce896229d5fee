/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-change.h. */

#include "lib.h"
#include "owner-change.h"
#include "guid.h"
#include "ioloop.h"
#include "mail-user.h"
#include "net.h"
#include "str.h"
#include "str-sanitize.h"
#include "coexist-event.h"
#include "logged-value.h"
#include "mailbox-journal.h"
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

/* Adds "<key>=<value>", as it is after the change. */
static void
chose_add(string_t *chose, enum coexist_openable openable, const char *text)
{
	if (str_len(chose) > 0)
		str_append(chose, ", ");
	str_printfa(chose, "%s=%s",
		coexist_policy_keys[coexist_openable_keys[openable].key].name,
		text == NULL ? "" : coexist_logged_value(text));
}

/* A run of its own in the journal, as retention's are: one that an owner repeats
   without an end is not one large session, which the journal would keep. */
static void journal_add(struct mail_user *user, const char *chose)
{
	struct coexist_journal_line line;
	guid_128_t guid;

	coexist_journal_line_init(&line, pool_datastack_create());
	guid_128_generate(guid);
	line.time = ioloop_time;
	line.session = t_strconcat("choice-", guid_128_to_string(guid), NULL);
	line.protocol = "choice";
	if (user->conn.remote_ip != NULL && user->conn.remote_ip->family != 0)
		line.address = net_ip2addr(user->conn.remote_ip);
	line.user = changer(user);
	line.chose = chose;
	/* logs why not */
	(void)coexist_journal_append(user, &line, 1);
}

int coexist_owner_change_store(const struct coexist_owner_change *change,
			       struct mail_user *user)
{
	struct coexist_owner_choices before, after;
	string_t *chose = t_str_new(128);
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
		if ((change->changed & BIT(i)) == 0 ||
		    null_strcmp(change->texts[i], before.texts[i]) == 0)
			continue;
		change_log(user, i, change->texts[i], before.texts[i]);
		chose_add(chose, i, change->texts[i]);
	}
	if (str_len(chose) > 0)
		journal_add(user, str_c(chose));
	return 0;
}

void coexist_owner_change_deinit(struct coexist_owner_change *change)
{
	unsigned int i;

	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++)
		i_free(change->texts[i]);
	change->changed = 0;
}
