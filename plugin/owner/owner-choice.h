/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_CHOICE_H
#define COEXIST_OWNER_CHOICE_H

#include "policy-owner.h"

struct mail_user;

/* The owner's choices in a session's policy. */

/* Reads what the owner has chosen and makes it hold, where keys are open. To be called
   when the user's namespaces are there, and once: whoever obeys an open key has to
   look at the policy after that. Returns which choices hold. */
coexist_openable_set coexist_owner_choice_read(struct mail_user *user);

#endif
