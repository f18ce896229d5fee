/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOGIN_FACTS_H
#define COEXIST_LOGIN_FACTS_H

#include "policy-decision.h"

struct auth_request;
struct coexist_gate;

/* Facts of a login, by which a policy decides about it: its protocol, its address,
   its TLS. */

struct coexist_login_facts {
	struct coexist_gate *gate;
	struct auth_request *request;
	enum coexist_protocol protocol;
	/* What an open session says that asks again (recheck-query.h), NULL for
	   a login. */
	const char *const *recheck;
};

/* Finds out about a login at the gate. The request must outlive the facts. */
void coexist_login_facts_init(struct coexist_login_facts *facts_r,
			      struct coexist_gate *gate,
			      struct auth_request *request);

/* Returns TRUE if an open session says this word of recheck-query.h. */
bool coexist_login_recheck_says(const struct coexist_login_facts *facts,
				const char *word);

/* Returns TRUE for a master user's login whom the site exempts. */
bool coexist_login_is_masters(const struct coexist_login_facts *facts);
/* Returns TRUE for a login that no policy holds: of another protocol, or of a
   master user whom the site exempts. */
bool coexist_login_is_exempt(const struct coexist_login_facts *facts);
/* Returns TRUE if the login comes from a front that verifies passwords. */
bool coexist_login_is_verified(const struct coexist_gate *gate,
			       const struct auth_request *request);
/* Returns TRUE if the client is behind a proxy or webmail that has said so. */
bool coexist_login_is_relayed(const struct coexist_login_facts *facts);
/* Returns TRUE if Dovecot keeps a session of the login: not of Postfix's. */
bool coexist_login_has_session(const struct coexist_login_facts *facts);
/* Returns the protocol that anvil will count the session as. */
enum coexist_protocol
coexist_login_anvil_protocol(const struct coexist_login_facts *facts);

/* Decides by the policy: see coexist_policy_decide(). */
void coexist_login_decide(const struct coexist_login_facts *facts,
			  const struct coexist_policy *policy,
			  struct coexist_decision *decision_r);

#endif
