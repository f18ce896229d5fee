/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-login-delay.h. */

#include "pop3-common.h"
#include "pop3-login-delay.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "compat-process.h"
#include "session-guard.h"
#include "mailbox-state.h"
#include "session-policy.h"
#include "login-delay.h"
#include "pop3-greeting.h"
#include "policy-merge.h"
#include "pop3-box.h"
#include "pop3-folders.h"
#include "pop3-refusal.h"
#include "pop3-view.h"
#include "coexist-event.h"
#include "state-file.h"
#include "time-since.h"
#include "user-hooks.h"

#define STATE_LOGIN COEXIST_STATE_POP3_LOGIN
#define STATE_UIDVALIDITY "pop3_uidvalidity"
#define STATE_UID "pop3_uid"

#define LOGIN_DELAY_CLIENT_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, login_delay_client_module)
#define LOGIN_DELAY_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, login_delay_user_module)

/* What the sessions before this one left. */
struct login_delay_state {
	/* a time; 0 if there was none that counts */
	uint64_t login;
	/* the newest message that a session was shown, 0 if there was none */
	uint32_t uidvalidity, uid;
};

struct login_delay {
	union pop3_module_context module_ctx;

	struct client *client;
	/* beneath the client's output, if others put themselves before it */
	struct ostream *output;
	enum coexist_guard_mode mode;
	bool refused;
	uint64_t seconds;
	uint64_t login;
	struct login_delay_state before;

	/* the newest message of this session's INBOX, 0 if that is empty, and whether there
	   are new ones in other mailboxes of the maildrop */
	uint32_t uidvalidity, uid;
	bool has_new_elsewhere;
	struct mailbox *box;
};

struct login_delay_user {
	union mail_user_module_context module_ctx;
	struct login_delay *delay;
};

static MODULE_CONTEXT_DEFINE_INIT(login_delay_client_module,
				  &pop3_module_register);
static MODULE_CONTEXT_DEFINE_INIT(login_delay_user_module,
				  &mail_user_module_register);

/* The state */

/* Returns FALSE if the text has something else than a number of the type. */
static bool
state_parse(const char *text, struct login_delay_state *state_r)
{
	const char *login = coexist_state_text_get(text, STATE_LOGIN);
	const char *validity = coexist_state_text_get(text, STATE_UIDVALIDITY);
	const char *uid = coexist_state_text_get(text, STATE_UID);

	i_zero(state_r);
	return (login == NULL || str_to_uint64(login, &state_r->login) == 0) &&
		(validity == NULL ||
		 str_to_uint32(validity, &state_r->uidvalidity) == 0) &&
		(uid == NULL || str_to_uint32(uid, &state_r->uid) == 0);
}

static void state_read(struct login_delay *delay)
{
	struct mail_user *user = delay->client->user;
	const char *text;

	if (coexist_mailbox_state_read(user, &text) == 0 &&
	    !state_parse(text, &delay->before)) {
		e_warning(user->event, "coexist: Ignoring what "
			  COEXIST_STATE_FILE_NAME" says of POP3 logins: "
			  "not a number");
		i_zero(&delay->before);
	}
}

static bool inbox_has_new_mail(const struct login_delay *delay)
{
	return delay->uid > 0 &&
		(delay->uidvalidity != delay->before.uidvalidity ||
		 delay->uid > delay->before.uid);
}

static bool session_has_deleted(const struct login_delay *delay)
{
	return delay->client->delete_success &&
		delay->client->deleted_count > 0;
}

/* What the view does not list is no new mail. A maildrop of several mailboxes has UIDs of its
   own, which may be other ones each time. */
static void newest_set(struct login_delay *delay)
{
	const struct pop3_view *view = pop3_view_get(delay->client->user);
	struct pop3_view_newest newest;

	if (view == NULL || !pop3_view_get_newest(view, &newest))
		return;
	delay->uidvalidity = newest.uidvalidity;
	delay->uid = newest.uid;
	delay->has_new_elsewhere = newest.has_new_elsewhere;
}

/* Writes only what the next session has to know. */
static void state_write(struct login_delay *delay)
{
	struct coexist_state_value values[3];
	unsigned int count = 0;

	newest_set(delay);
	if (inbox_has_new_mail(delay)) {
		values[count].name = STATE_UIDVALIDITY;
		values[count++].value = dec2str(delay->uidvalidity);
		values[count].name = STATE_UID;
		values[count++].value = dec2str(delay->uid);
	} else if (!delay->has_new_elsewhere && !session_has_deleted(delay)) {
		values[count].name = STATE_LOGIN;
		values[count++].value = dec2str(delay->login);
	}
	if (count > 0)
		(void)coexist_mailbox_state_set(delay->client->user, values, count);
}

/* The decision */

/* Returns how many seconds are left, or 0. */
static uint64_t seconds_left(const struct login_delay *delay)
{
	uint64_t passed;

	return coexist_time_since(delay->before.login, delay->login,
				  &passed) && passed < delay->seconds ?
		delay->seconds - passed : 0;
}

static void refuse(struct login_delay *delay, uint64_t left)
{
	struct mail_user *user = delay->client->user;

	pop3_greeting_replace(delay->output, t_strdup_printf("-ERR %s\r\n",
		coexist_login_delay_line(user, left)));
	pop3_refuse_maildrop(user, p_strdup(user->pool,
		coexist_login_delay_log(user, left, /*log_only=*/FALSE)));
	delay->refused = TRUE;
}

static void decide(struct login_delay *delay)
{
	struct mail_user *user = delay->client->user;
	uint64_t left;

	state_read(delay);
	left = seconds_left(delay);
	coexist_trace(user, "LOGIN-DELAY: login at %"PRIu64
		      ", the last one that counts was at %"PRIu64
		      ", pop3_login_delay=%"PRIu64"s: %"PRIu64"s left",
		      delay->login, delay->before.login, delay->seconds, left);
	if (left == 0) {
		pop3_greeting_pass(delay->output);
		return;
	}
	if (delay->mode == COEXIST_GUARD_LOG_ONLY) {
		e_info(user->event, "%s",
		       coexist_login_delay_log(user, left, /*log_only=*/TRUE));
		pop3_greeting_pass(delay->output);
		return;
	}
	refuse(delay, left);
}

void pop3_login_delay_namespaces_created(struct mail_namespace *namespaces)
{
	struct mail_user *user = namespaces->user;
	struct login_delay_user *duser = LOGIN_DELAY_USER_CONTEXT(user);

	if (duser == NULL || user->error != NULL)
		return;
	T_BEGIN {
		decide(duser->delay);
	} T_END;
}

/* The session */

static struct mailbox_transaction_context *
login_delay_transaction_begin(struct mailbox *box,
			      enum mailbox_transaction_flags flags,
			      const char *reason)
{
	struct pop3_box *pbox = pop3_box_get(box);
	struct login_delay *delay = pbox->delay;
	uint32_t count = mail_index_view_get_messages_count(box->view);

	/* The first one is for the list of the maildrop's messages, and until
	   QUIT syncs the mailbox the view stays the same. */
	if (!delay->client->quit_seen) {
		delay->uidvalidity =
			mail_index_get_header(box->view)->uid_validity;
		delay->uid = 0;
		if (count > 0)
			mail_index_lookup_uid(box->view, count, &delay->uid);
	}
	return pbox->module_ctx.super.transaction_begin(box, flags, reason);
}

void pop3_login_delay_mailbox_allocated(struct mailbox *box,
					struct mailbox_vfuncs *v)
{
	struct login_delay_user *duser =
		LOGIN_DELAY_USER_CONTEXT(box->storage->user);

	/* the mailboxes behind a virtual one carry the POP3 flag too */
	if (duser == NULL || duser->delay->box != NULL ||
	    !pop3_folders_is_maildrop(box))
		return;
	duser->delay->box = box;
	pop3_box_share(box)->delay = duser->delay;
	v->transaction_begin = login_delay_transaction_begin;
}

static void login_delay_destroy(struct client *client, const char *reason)
{
	struct login_delay *delay = LOGIN_DELAY_CLIENT_CONTEXT(client);
	/* a session that was refused, or failed, was not in the maildrop */
	bool was_in = !delay->refused &&
		(client->trans != NULL || client->quit_seen);

	pop3_greeting_pass(delay->output);
	if (was_in) T_BEGIN {
		state_write(delay);
	} T_END;
	delay->module_ctx.super.destroy(client, reason);
}

/* Returns the delay that this login may have to keep, or 0. */
static uint64_t delay_get(struct mail_user *user)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);
	uint64_t seconds = policy == NULL ? 0 :
		coexist_policy_number(policy, COEXIST_KEY_pop3_login_delay);

	return seconds == 0 ||
		coexist_guard_get_mode(user) == COEXIST_GUARD_EXEMPT ?
		0 : seconds;
}

const char *pop3_login_delay_capability(struct client *client)
{
	uint64_t seconds = delay_get(client->user);

	return seconds == 0 ||
		coexist_guard_get_mode(client->user) == COEXIST_GUARD_LOG_ONLY ?
		"" : p_strdup_printf(client->pool, "LOGIN-DELAY %"PRIu64"\r\n",
				     seconds);
}

void pop3_login_delay_create(struct client *client)
{
	uint64_t seconds = delay_get(client->user);
	struct login_delay_user *duser;
	struct login_delay *delay;

	if (seconds == 0)
		return;
	delay = p_new(client->pool, struct login_delay, 1);
	delay->client = client;
	delay->mode = coexist_guard_get_mode(client->user);
	delay->seconds = seconds;
	delay->login = (uint64_t)ioloop_time;
	delay->output = pop3_greeting_hold(client);
	delay->module_ctx.super = client->v;
	client->v.destroy = login_delay_destroy;
	MODULE_CONTEXT_SET(client, login_delay_client_module, delay);

	duser = p_new(client->user->pool, struct login_delay_user, 1);
	duser->delay = delay;
	MODULE_CONTEXT_SET(client->user, login_delay_user_module, duser);
	coexist_user_hooks_add(client->user, COEXIST_HOOKS_POP3_LOGIN_DELAY);
	coexist_user_hooks_add(client->user, COEXIST_HOOKS_POP3_MAILDROP);
}
