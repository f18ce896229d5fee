/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_VIEW_H
#define COEXIST_POP3_VIEW_H

struct client;
struct mail_user;
struct mailbox;
struct mailbox_vfuncs;

/* The view of a POP3 session (doc/pop3-view.md): which messages of the mailbox are
   listed. Dovecot lists them by its first search, the one that sorts by POP3's order,
   and only that is filtered: all later commands are about what was listed, whatever
   becomes of it meanwhile.

   A session without a filter has a view if an earlier filter has left a memory
   (view-memory.h). */
struct pop3_view;

/* Called when the client has logged in: starts a view if the policy has a filter. */
void pop3_view_create(struct client *client);
/* Called when the namespaces are there: starts one if there is a memory, by the text
   of the mailbox's state. */
void pop3_view_namespaces_created(struct mail_user *user, const char *state);

/* Returns the view of the user's session, or NULL. */
struct pop3_view *pop3_view_get(struct mail_user *user);

/* Returns TRUE if what POP3 marks read would leave the view. */
bool pop3_view_is_unread(const struct pop3_view *view);

/* The newest message of INBOX that is listed, by UID, 0 if there is none; and whether any of
   another mailbox is listed that no session before had. */
struct pop3_view_newest {
	uint32_t uidvalidity, uid;
	bool has_new_elsewhere;
};
/* Returns FALSE if nothing was listed yet. */
bool pop3_view_get_newest(const struct pop3_view *view,
			  struct pop3_view_newest *newest_r);

/* A RETR of a message of this mailbox, the real one, has ended. What may be marked by that stays in the view of pop3_show=unread
   until a session that downloaded it ends by QUIT, also if IMAP has read it since it was
   listed: a client that is gone before may not have stored it. The view may be NULL in these. */
void pop3_view_retr_end(struct pop3_view *view, const struct mailbox *box,
			uint32_t uid, bool may_mark, bool complete);
/* Marks are about to be made. Returns 0, or -1 if the memory can't be written: then
   none must be made. */
int pop3_view_marks_begin(struct pop3_view *view);
/* QUIT has done all its work, and the client is about to be told. */
void pop3_view_quit(struct pop3_view *view);

/* Hook; v has the functions to override (pop3-box.h). */
void pop3_view_mailbox_allocated(struct mailbox *box, struct mailbox_vfuncs *v);

#endif
