/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-folders-hooks.h. */

#include "pop3-common.h"
#include "pop3-folders-hooks.h"
#include "array.h"
#include "mail-storage-private.h"
#include "pop3-folders.h"
#include "pop3-folders-changes.h"
#include "pop3-folders-uidl.h"
#include "pop3-mark.h"

#define POP3_FOLDERS_MAIL_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_folders_mail_module)

struct pop3_folders_mail {
	union mail_module_context module_ctx;
	struct pop3_folders *folders;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_folders_mail_module,
				  &mail_module_register);

/* The messages of the virtual mailbox. What is changed is the real one: changes of the
   virtual mailbox's own index would be carried out by the next session that opens it,
   on whatever has the UIDs then. */

/* RSET takes \Seen away where the site has LAST (pop3_enable_last), whose number is one of
   the maildrop: what is read outside INBOX is not POP3's to say. */
static void
update_flags_elsewhere(struct pop3_folders *folders, struct mailbox *real_box,
		       uint32_t real_uid, enum modify_type modify_type,
		       enum mail_flags flags)
{
	struct pop3_mark mark = {
		.real_uid = real_uid, .real_box = real_box, .seen = TRUE
	};

	if (modify_type == MODIFY_ADD && (flags & MAIL_SEEN) != 0)
		pop3_folders_change(folders, &mark);
}

static void
update_flags_in_replaced(struct pop3_folders *folders, struct mail *mail,
			 enum modify_type modify_type, enum mail_flags flags)
{
	const struct pop3_folder *folder;
	uint32_t uid;

	folder = pop3_folders_find_replaced(mail, &uid);
	if (folder != NULL) {
		update_flags_elsewhere(folders, folder->box, uid, modify_type,
				       flags);
	}
}

static void
pop3_folders_update_flags(struct mail *_mail, enum modify_type modify_type,
			  enum mail_flags flags)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct pop3_folders_mail *fmail = POP3_FOLDERS_MAIL_CONTEXT(mail);
	struct mail *real = pop3_folders_real_mail(_mail);

	if (real == NULL) {
		update_flags_in_replaced(fmail->folders, _mail, modify_type,
					 flags);
	} else if (pop3_folders_is_inbox(real->box)) {
		mail_update_flags(real, modify_type, flags);
	} else {
		update_flags_elsewhere(fmail->folders, real->box, real->uid,
				       modify_type, flags);
	}
}

/* A keyword of the virtual mailbox is what Dovecot asks us to delete by (pop3-delete.h).
   For others nobody asks. */
static void
pop3_folders_update_keywords(struct mail *_mail, enum modify_type modify_type,
			     struct mail_keywords *keywords)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct pop3_folders_mail *fmail = POP3_FOLDERS_MAIL_CONTEXT(mail);

	if (keywords == fmail->folders->client->deleted_kw) {
		fmail->module_ctx.super.update_keywords(_mail, modify_type,
							keywords);
		return;
	}
	e_warning(_mail->box->event, "coexist: A plugin changes keywords of the "
		  "POP3 maildrop's messages, and not of the real ones: left "
		  "out");
}

static int
pop3_folders_get_special(struct mail *_mail, enum mail_fetch_field field,
			 const char **value_r)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct pop3_folders_mail *fmail = POP3_FOLDERS_MAIL_CONTEXT(mail);
	struct pop3_folders *folders = fmail->folders;
	struct pop3_folder *folder;
	struct mail *real;
	uint32_t uid;
	int ret;

	if (field != MAIL_FETCH_UIDL_BACKEND)
		return fmail->module_ctx.super.get_special(_mail, field,
							   value_r);
	real = pop3_folders_real_mail(_mail);
	folder = pop3_folders_map_find(folders, _mail->transaction->view,
				       _mail->seq, &uid);
	if (folder == NULL || !folder->is_inbox) {
		*value_r = pop3_folders_uidl_get(folders->uidl, _mail, real);
		return 0;
	}
	ret = fmail->module_ctx.super.get_special(_mail, field, value_r);
	/* Dovecot makes its own next, of this one among others. The message is only
	   used to find that. */
	_mail->uid = uid;
	return ret;
}

/* In a mailbox that was replaced, the file may be another message's. */
static int
pop3_folders_get_stream(struct mail *_mail, bool get_body,
			struct message_size *hdr_size,
			struct message_size *body_size,
			struct istream **stream_r)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct pop3_folders_mail *fmail = POP3_FOLDERS_MAIL_CONTEXT(mail);

	if (pop3_folders_real_mail(_mail) == NULL) {
		mail_set_expunged(_mail);
		return -1;
	}
	return fmail->module_ctx.super.get_stream(_mail, get_body, hdr_size,
						  body_size, stream_r);
}

static void virtual_mail_hook(struct pop3_folders *folders, struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct mail_vfuncs *v = mail->vlast;
	struct pop3_folders_mail *fmail;

	fmail = p_new(mail->pool, struct pop3_folders_mail, 1);
	fmail->folders = folders;
	fmail->module_ctx.super = *v;
	mail->vlast = &fmail->module_ctx.super;
	v->update_flags = pop3_folders_update_flags;
	v->update_keywords = pop3_folders_update_keywords;
	v->get_special = pop3_folders_get_special;
	v->get_stream = pop3_folders_get_stream;
	MODULE_CONTEXT_SET(mail, pop3_folders_mail_module, fmail);
}

/* The last guard: whatever asks for it, no POP3 session expunges anything outside
   INBOX. */
static void pop3_folders_expunge(struct mail *mail)
{
	e_error(mail->box->event, "coexist: A message outside INBOX is not "
		"expunged by POP3 (UID %u)", mail->uid);
}

/* The virtual plugin sorts by this what is new to it, and gives up if it gets no answer. What
   becomes of a message that can't be read is decided when it is listed. */
static int
pop3_folders_get_received_date(struct mail *_mail, time_t *date_r)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct pop3_folders_mail *fmail = POP3_FOLDERS_MAIL_CONTEXT(mail);

	if (fmail->module_ctx.super.get_received_date(_mail, date_r) == 0)
		return 0;
	if (!fmail->folders->syncing)
		return -1;
	*date_r = 0;
	return 0;
}

static void real_mail_hook(struct pop3_folders *folders, struct mail *_mail,
			   bool is_inbox)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct mail_vfuncs *v = mail->vlast;
	struct pop3_folders_mail *fmail;

	fmail = p_new(mail->pool, struct pop3_folders_mail, 1);
	fmail->folders = folders;
	fmail->module_ctx.super = *v;
	mail->vlast = &fmail->module_ctx.super;
	v->get_received_date = pop3_folders_get_received_date;
	if (!is_inbox)
		v->expunge = pop3_folders_expunge;
	MODULE_CONTEXT_SET(mail, pop3_folders_mail_module, fmail);
}

void pop3_folders_mail_allocated(struct mail *mail)
{
	struct pop3_folders *folders = pop3_folders_get(mail->box->storage->user);
	struct pop3_folder *folder;

	if (folders == NULL ||
	    (mail->box->flags & MAILBOX_FLAG_POP3_SESSION) == 0)
		return;
	if (mail->box == folders->box) {
		virtual_mail_hook(folders, mail);
		return;
	}
	folder = pop3_folders_find(folders, mail->box);
	if (folder != NULL)
		real_mail_hook(folders, mail, folder->is_inbox);
}
