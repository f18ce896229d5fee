/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-notices.h. */

#include "lib.h"
#include "pop3-notices.h"
#include "mail-storage-private.h"
#include "session-policy.h"
#include "network-match.h"
#include "notice.h"
#include "policy-merge.h"
#include "coexist-event.h"

#define POP3_NOTICES_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_notices_mailbox_module)

static MODULE_CONTEXT_DEFINE_INIT(pop3_notices_mailbox_module,
				  &mail_storage_module_register);

/* Returns TRUE if the policy has anything that the owner is told by a notice. */
static bool has_notices(const struct coexist_policy *policy)
{
	return policy != NULL &&
		(*coexist_policy_text(policy, COEXIST_KEY_quota_warn) != '\0' ||
		 *coexist_policy_text(policy,
				      COEXIST_KEY_quota_warn_free) != '\0' ||
		 coexist_policy_number(policy,
				       COEXIST_KEY_pop3_delete_limit) != 0 ||
		 coexist_policy_number(policy,
				       COEXIST_KEY_pop3_keep_days) != 0);
}

static int pop3_notices_open(struct mailbox *box)
{
	union mailbox_module_context *context = POP3_NOTICES_CONTEXT(box);

	coexist_trace(box->storage->user, "Notices: those that were replaced "
		      "leave before the client is told what there is");
	coexist_notice_tidy(box->storage->user);
	return context->super.open(box);
}

void pop3_notices_mailbox_allocated(struct mailbox *box)
{
	const struct coexist_policy *policy =
		coexist_session_policy_get(box->storage->user);
	struct mailbox_vfuncs *v = box->vlast;
	union mailbox_module_context *context;

	/* what fetches for a machine changes nothing in the mailbox */
	if ((box->flags & MAILBOX_FLAG_POP3_SESSION) == 0 ||
	    !box->inbox_user || !has_notices(policy) ||
	    coexist_network_match(coexist_policy_text(policy,
			COEXIST_KEY_pop3_fetcher_networks),
			box->storage->user->conn.remote_ip))
		return;
	context = p_new(box->pool, union mailbox_module_context, 1);
	context->super = *v;
	box->vlast = &context->super;
	v->open = pop3_notices_open;
	MODULE_CONTEXT_SET_SELF(box, pop3_notices_mailbox_module, context);
}
