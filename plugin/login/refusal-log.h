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
	/* It has passed long ago, and its session ends. */
	bool is_open;
};

/* Returns the line, on the data stack. The reason is one word or more of the
   form name=value. */
const char *coexist_refusal_log(const struct coexist_refused_login *login,
				const char *reason);

/* Why a login is refused. */
struct coexist_refusal_cause {
	/* the key of the policy, or the site setting */
	const char *reason;
	/* whose word that is, as the log names scopes */
	const char *scope;
	/* both with the value, the reason for the line above */
	const char *log;
};

/* Finds the cause that a key of the policy is. The log is on the data stack, the
   other texts live as long as the policy's scopes. */
void coexist_refusal_cause_key(const struct coexist_policy *policy,
			       enum coexist_key key,
			       struct coexist_refusal_cause *cause_r);

#endif
