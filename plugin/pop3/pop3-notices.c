/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-notices.h. */

#include "pop3-common.h"
#include "pop3-notices.h"
#include "mail-storage-private.h"
#include "session-policy.h"
#include "network-match.h"
#include "notice.h"
#include "policy-merge.h"
#include "pop3-box.h"
#include "pop3-folders.h"
#include "coexist-event.h"
#include "user-hooks.h"

#define POP3_NOTICES_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_notices_user_module)

static MODULE_CONTEXT_DEFINE_INIT(pop3_notices_user_module,
				  &mail_user_module_register);

/* Returns TRUE if the policy has anything that the owner is told by a notice. */
static bool has_notices(const struct coexist_policy *policy)
{
	return *coexist_policy_text(policy, COEXIST_KEY_quota_warn) != '\0' ||
		*coexist_policy_text(policy,
				     COEXIST_KEY_quota_warn_free) != '\0' ||
		coexist_policy_number(policy,
				      COEXIST_KEY_pop3_delete_limit) != 0 ||
		coexist_policy_number(policy, COEXIST_KEY_pop3_keep_days) != 0;
}

static int pop3_notices_open(struct mailbox *box)
{
	coexist_trace(box->storage->user, "Notices: those that were replaced "
		      "leave before the client is told what there is");
	coexist_notice_tidy(box->storage->user);
	return pop3_box_get(box)->module_ctx.super.open(box);
}

void pop3_notices_mailbox_allocated(struct mailbox *box,
				    struct mailbox_vfuncs *v)
{
	if (POP3_NOTICES_USER_CONTEXT(box->storage->user) == NULL)
		return;
	/* of several mailboxes the one that is opened first, and has all the others */
	if (!pop3_folders_is_maildrop(box) ||
	    (!box->inbox_user &&
	     pop3_folders_get(box->storage->user) == NULL))
		return;
	(void)pop3_box_share(box);
	v->open = pop3_notices_open;
}

void pop3_notices_create(struct client *client)
{
	const struct coexist_policy *policy =
		coexist_session_policy_get(client->user);
	union mail_user_module_context *context;

	/* what fetches for a machine changes nothing in the mailbox */
	if (has_notices(policy) &&
	    !coexist_network_match(coexist_policy_text(policy,
			COEXIST_KEY_pop3_fetcher_networks),
			client->user->conn.remote_ip)) {
		context = p_new(client->user->pool,
				union mail_user_module_context, 1);
		MODULE_CONTEXT_SET_SELF(client->user, pop3_notices_user_module,
					context);
		coexist_user_hooks_add(client->user,
				       COEXIST_HOOKS_POP3_MAILDROP);
	}
}
