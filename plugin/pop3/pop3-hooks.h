/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_HOOKS_H
#define COEXIST_POP3_HOOKS_H

struct mail_storage_hooks;
struct mail_user;

/* What a POP3 session does to the mailbox that it shares with IMAP. */

/* Hooks the part into the process if that has POP3 clients. */
void coexist_pop3_hooks_init(void);
void coexist_pop3_hooks_deinit(void);

/* The namespaces of a POP3 session's user are there, and the mailbox's state has
   this text. */
void coexist_pop3_namespaces_created(struct mail_user *user, const char *state);

/* The hooks that a session adds to its user (user-hooks.h). */
extern const struct mail_storage_hooks coexist_pop3_refusal_hooks;
extern const struct mail_storage_hooks coexist_pop3_folders_hooks;
extern const struct mail_storage_hooks coexist_pop3_maildrop_hooks;
extern const struct mail_storage_hooks coexist_pop3_delete_hooks;
extern const struct mail_storage_hooks coexist_pop3_login_delay_hooks;

#endif
