/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SESSION_POLICY_H
#define COEXIST_SESSION_POLICY_H

#include "policy-merge.h"

struct mail_user;

/* Reads the user's policy out of the userdb fields and dovecot.conf and keeps
   it until the user is gone. What is wrong with it is logged here. */
void coexist_session_policy_user_created(struct mail_user *user);

/* Returns the user's policy, which lives as long as the user, or NULL if the
   user does not have the coexist plugin or its settings could not be read. */
const struct coexist_policy *coexist_session_policy_get(struct mail_user *user);

/* Returns TRUE if there may be policy documents of the user's that could not be
   read and that nothing is known of: nothing may be removed for what the others
   say. */
bool coexist_session_policy_is_partial(struct mail_user *user);

/* Logs a warning about something that will be met again: not a second time if
   nothing else was logged so for the user meanwhile. */
void coexist_session_policy_warn_once(struct mail_user *user, const char *warning);

#endif
