/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REFUSAL_LOG_H
#define COEXIST_REFUSAL_LOG_H

#include "policy-decision.h"

struct ip_addr;

/* The log line of a refused login: one stable form for gate, guard and login
   delay, which administrators search for (doc/protocol-policy.md). */

struct coexist_refused_login {
	const char *user;
	enum coexist_protocol protocol;
	/* NULL if there is none */
	const struct ip_addr *client;
	/* the site's log_only: the login would be refused, and passes */
	bool log_only;
};

/* Returns the line, on the data stack. The reason is one word or more of the
   form name=value. */
const char *coexist_refusal_log(const struct coexist_refused_login *login,
				const char *reason);

/* Returns the reason for a key of the policy: its value and the scope that the
   value comes from, on the data stack. */
const char *coexist_refusal_log_key(const struct coexist_policy *policy,
				    enum coexist_key key);

#endif
