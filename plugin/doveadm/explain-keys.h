/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_EXPLAIN_KEYS_H
#define COEXIST_EXPLAIN_KEYS_H

#include "policy-decision.h"

struct coexist_admin;
struct coexist_admin_policy;

/* Prints a row of explain. */
void coexist_explain_row(const char *protocol, const char *key,
			 const char *value, const char *origin,
			 const char *result);

/* Prints a row for each key that is asked about a login by the protocol: what
   holds, where that comes from, and what the key has to do with the decision. What
   the other scopes say is logged at debug level. */
void coexist_explain_keys(const struct coexist_admin *admin,
			  const struct coexist_admin_policy *policy,
			  enum coexist_protocol protocol,
			  const struct coexist_decision *decision);

#endif
