/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SITE_POLICY_H
#define COEXIST_SITE_POLICY_H

#include "site-config.h"

struct auth_request;
struct coexist_site_policy;

/* The policy of dovecot.conf, as it holds for a login: on Dovecot 2.4 protocol { },
   remote { } and local { } are filters, by which its session reads the same keys. The
   gate has to know them, as a session does not decide after it once more.

   What was read is remembered by protocol and addresses. */

/* The event must outlive this. */
struct coexist_site_policy *
coexist_site_policy_new(const struct coexist_site_config *config,
			struct event *event);
/* NULL is allowed. */
void coexist_site_policy_free(struct coexist_site_policy *policy);

/* Returns the texts for who has sent the request, indexed by key, or NULL if none says
   anything. They live as long as the policy. */
const char *const *coexist_site_policy_get(struct coexist_site_policy *policy,
					   const struct auth_request *request);

#endif
