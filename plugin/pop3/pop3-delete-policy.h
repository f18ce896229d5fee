/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_DELETE_POLICY_H
#define COEXIST_POP3_DELETE_POLICY_H

#include "coexist/policy-keys.h"

struct coexist_policy;
struct mail_user;

/* The policy about what a POP3 session deletes, pop3_delete and
   pop3_delete_limit. Nothing changes it while the session goes on. */
struct pop3_delete_policy {
	enum coexist_delete action;
	/* There may be policy documents that say otherwise. */
	bool is_partial;
	/* What is moved or hidden becomes read. */
	bool mark_read;
	/* A session that deletes more is held; 0 is off. */
	unsigned int limit;
	/* Dovecot's own way is all there is to do in INBOX. */
	bool is_stock;
};

/* Reads the policy of the user's session. */
void pop3_delete_policy_init(struct pop3_delete_policy *delete_policy_r,
			     struct mail_user *user,
			     const struct coexist_policy *policy);

/* Returns the action for a session that deletes something now. Policy documents
   that nothing is known of may say that what is deleted is kept: then what they
   said last holds. What is known is remembered for that. */
enum coexist_delete
pop3_delete_policy_settle(const struct pop3_delete_policy *delete_policy,
			  struct mail_user *user);

/* Returns the name that the value of pop3_delete has in a policy. */
const char *pop3_delete_action_name(enum coexist_delete action);

#endif
