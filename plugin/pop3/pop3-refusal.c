/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-refusal.h. */

#include "pop3-common.h"
#include "pop3-refusal.h"
#include "ostream.h"
#include "ostream-null.h"
#include "mail-storage-private.h"
#include "compat-pop3.h"
#include "compat-process.h"
#include "log-filter.h"
#include "session-end.h"
#include "user-hooks.h"

/* The reason for the end of the session in Dovecot's words. Ours are logged. */
#define REFUSED "coexist: The login was refused"

#define POP3_REFUSAL_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_refusal_user_module)

struct pop3_refusal_user {
	union mail_user_module_context module_ctx;
	const char *error;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_refusal_user_module,
				  &mail_user_module_register);
static MODULE_CONTEXT_DEFINE_INIT(pop3_refusal_mailbox_module,
				  &mail_storage_module_register);

void pop3_refuse_maildrop(struct mail_user *user, const char *error)
{
	struct pop3_refusal_user *ruser;

	ruser = p_new(user->pool, struct pop3_refusal_user, 1);
	ruser->error = error;
	MODULE_CONTEXT_SET(user, pop3_refusal_user_module, ruser);
	coexist_session_end_cancel(user);
	coexist_user_hooks_add(user, COEXIST_HOOKS_POP3_REFUSAL);
}

void pop3_refuse(struct client *client, const char *reason, const char *error)
{
	client_send_line(client, "-ERR %s", reason);
	(void)o_stream_flush(client->output);
	o_stream_unref(&client->output);
	client->output = o_stream_create_null();

	/* another session's lock would be waited for */
	coexist_pop3_settings_copy(client)->pop3_lock_session = FALSE;
	pop3_refuse_maildrop(client->user, error);
}

static int refused_open(struct mailbox *box)
{
	struct pop3_refusal_user *ruser =
		POP3_REFUSAL_USER_CONTEXT(box->storage->user);

	e_info(box->storage->user->event, "%s", ruser->error);
	coexist_log_filter_drop_next(REFUSED);
	mail_storage_set_error(box->storage, MAIL_ERROR_PERM, REFUSED);
	return -1;
}

void pop3_refusal_mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	union mailbox_module_context *rbox;

	if (POP3_REFUSAL_USER_CONTEXT(box->storage->user) == NULL ||
	    (box->flags & MAILBOX_FLAG_POP3_SESSION) == 0)
		return;
	rbox = p_new(box->pool, union mailbox_module_context, 1);
	rbox->super = *v;
	box->vlast = &rbox->super;
	v->open = refused_open;
	MODULE_CONTEXT_SET_SELF(box, pop3_refusal_mailbox_module, rbox);
}
