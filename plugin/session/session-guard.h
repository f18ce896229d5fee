/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SESSION_GUARD_H
#define COEXIST_SESSION_GUARD_H

struct mail_namespace;
struct mail_user;

/* The guard behind the gate: where no gate was asked, a session decides by what
   it knows of the policy, that is its userdb fields and dovecot.conf.

   Only the protocol can tell the client why. So pop3 and imap take the refusal
   over when their client is created, and end the session once the namespaces
   are there. All else ends with an error of the user, which is second best:
   Dovecot frees the namespaces then, and of 2.3's plugins lazy_expunge can't
   bear that once it has seen them, and notify_status before it has. */

/* Decides about a user whose policy was read. */
void coexist_guard_user_created(struct mail_user *user);
/* Hook: ends a refused session of pop3 or imap that nobody took over, before a
   plugin sees its namespaces. */
void coexist_guard_namespace_storage_added(struct mail_namespace *ns);

/* What is done about this login besides. */
enum coexist_guard_mode {
	COEXIST_GUARD_ENFORCE,
	/* the site's log_only, which the gate hands on */
	COEXIST_GUARD_LOG_ONLY,
	/* nothing: a master user, or no login */
	COEXIST_GUARD_EXEMPT
};
enum coexist_guard_mode coexist_guard_get_mode(struct mail_user *user);

/* Returns TRUE if the session is one of who owns the mailbox: somebody has logged in,
   and is no master user. */
bool coexist_guard_is_owner(const struct mail_user *user);
/* Returns TRUE for a program that somebody started on this host and that nobody
   logged in to. */
bool coexist_guard_is_local(const struct mail_user *user);
/* Returns TRUE if somebody else logged in to this mailbox. */
bool coexist_guard_is_master_login(const struct mail_user *user);

/* Decides about an open session by what the userdb says now. Returns NULL if it may
   go on, else the line for the client and why, for the log, on the data stack. */
const char *
coexist_guard_decide_again(struct mail_user *user, const char *const *fields,
			   const char **why_r);

/* Returns the line for the client, with its response code, if the login is
   refused, or NULL. */
const char *coexist_guard_get_reason(struct mail_user *user);
/* Leaves it to the caller to end the session of a refused login, once its
   namespaces are there. Returns what there is to log, which lives as long as
   the user. */
const char *coexist_guard_take_over(struct mail_user *user);

#endif
