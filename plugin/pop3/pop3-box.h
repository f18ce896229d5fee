/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_BOX_H
#define COEXIST_POP3_BOX_H

#include "mail-storage-private.h"

struct login_delay;
struct pop3_session;
struct pop3_view;

/* What the parts of POP3 share in a mailbox that some of them override functions of.
   Dovecot chains what each hook overrides, which costs a login 3,000 instructions
   for each hook (hook_build_update() of lib/hook-build.c). So these parts have one
   hook, and no two of them override the same function:

   session      transaction_commit, sync_deinit
   retention    close
   login delay  transaction_begin
   notices      open
   view         search_init, search_next_update_seq, search_deinit */
struct pop3_box {
	/* the functions as they were before */
	union mailbox_module_context module_ctx;
	/* NULL if that part has overridden none */
	struct pop3_session *session;
	struct login_delay *delay;
	struct pop3_view *view;
};

/* Returns what the parts share, for one that is about to override a function of
   *box->vlast as it was when the hook began. It is made when the first one asks. */
struct pop3_box *pop3_box_share(struct mailbox *box);

/* Returns it, for functions that have overridden others. */
struct pop3_box *pop3_box_get(struct mailbox *box);

#endif
