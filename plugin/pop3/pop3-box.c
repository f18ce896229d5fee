/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-box.h. */

#include "pop3-common.h"
#include "pop3-box.h"

#define POP3_BOX_CONTEXT(obj) MODULE_CONTEXT(obj, pop3_box_module)
#define POP3_BOX_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_box_module)

static MODULE_CONTEXT_DEFINE_INIT(pop3_box_module,
				  &mail_storage_module_register);

struct pop3_box *pop3_box_share(struct mailbox *box)
{
	struct pop3_box *pbox = POP3_BOX_CONTEXT(box);

	if (pbox != NULL)
		return pbox;
	/* In the user's pool, which has room, as a session has one such mailbox, or
	   two: the mailbox's own pool would need one more block for it, of 4 kB in
	   each session. */
	pbox = p_new(box->storage->user->pool, struct pop3_box, 1);
	pbox->module_ctx.super = *box->vlast;
	box->vlast = &pbox->module_ctx.super;
	MODULE_CONTEXT_SET(box, pop3_box_module, pbox);
	return pbox;
}

struct pop3_box *pop3_box_get(struct mailbox *box)
{
	return POP3_BOX_CONTEXT_REQUIRE(box);
}
