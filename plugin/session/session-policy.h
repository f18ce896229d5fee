/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SESSION_POLICY_H
#define COEXIST_SESSION_POLICY_H

#include "policy-owner.h"

struct mail_user;

/* Reads the user's policy out of the userdb fields and dovecot.conf and keeps
   it until the user is gone. What is wrong with it is logged here. */
void coexist_session_policy_user_created(struct mail_user *user);

/* Returns the user's policy, which lives as long as the user. NULL if the defaults
   hold, because nobody says anything else: then nothing is kept for the user, and
   nothing is to be done. NULL as well if the user does not have the coexist plugin,
   or its settings could not be read. */
const struct coexist_policy *coexist_session_policy_get(struct mail_user *user);

/* Returns the keys whose value the mailbox' owner may have chosen: none without a
   policy, and while choices do not count. A choice that is not read yet is not in
   the policy. */
coexist_openable_set coexist_session_policy_get_open(struct mail_user *user);
/* Makes the owner's choices hold that are open, in bounds and valid, as if a narrower
   scope than all others said so. texts is indexed by openable key, NULL for what was
   not chosen; the texts must live as long as the user. Returns which ones hold. */
coexist_openable_set
coexist_session_policy_choose(struct mail_user *user,
			      const char *const texts[COEXIST_OPENABLE_COUNT]);

/* Returns TRUE if the key's value in a session's policy is one that the owner chose. */
bool coexist_session_policy_is_chosen(const struct coexist_policy *policy,
				      enum coexist_key key);
/* Returns what the policy says of an openable key without any choice of the owner's. The
   user must have a policy. */
const struct coexist_policy_entry *
coexist_session_policy_get_given(struct mail_user *user,
				 enum coexist_openable openable);

/* Returns the name of the scope that names the key, on the data stack: of a document also
   whose it is, where the gate has said so. "" if no scope does. The user must have a
   policy. */
const char *coexist_session_policy_origin(struct mail_user *user,
					  enum coexist_key key);

/* Returns the policy as it would be if the userdb said these fields, with what it said
   at the login in none of them, on the data stack. Nothing is logged of values that
   nobody understands. */
const struct coexist_policy *
coexist_session_policy_merge(struct mail_user *user, const char *const *fields);

/* Returns TRUE if there may be policy documents of the user's that could not be
   read and that nothing is known of: nothing may be removed for what the others
   say. */
bool coexist_session_policy_is_partial(struct mail_user *user);

/* Logs a warning about something that will be met again: not a second time if
   nothing else was logged so for the user meanwhile, if the user has a policy. */
void coexist_session_policy_warn_once(struct mail_user *user, const char *warning);

#endif
