/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_PROBLEM_H
#define COEXIST_POLICY_PROBLEM_H

#include "policy-value.h"

/* What is wrong with a name or a value that an administrator has written, in words.
   The texts are the caller's to free. */

/* The name is no key's. */
char *coexist_problem_of_name(const char *name);
/* The text is not a value of the key: names the item of a list that is wrong. */
char *coexist_problem_of_value(const struct coexist_policy_key *key,
			       const char *text);

/* The text, a value of the key, is not quite what is obeyed: names a network that has
   bits behind its prefix, and what it is taken as. Returns NULL if there is
   nothing to say. */
char *coexist_problem_of_meaning(const struct coexist_policy_key *key,
				 const char *text);

#endif
