/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_DOMAINS_H
#define COEXIST_ADMIN_DOMAINS_H

#include <stdbool.h>

struct coexist_admin;

/* The domains that have users, as the userdb lists these: a policy for another
   domain may be for a name with a typo. */
struct coexist_admin_domains;

#define COEXIST_PROBLEM_DOMAIN \
	"No user of this domain is known: is that the right name?"

/* Nothing is asked yet. */
struct coexist_admin_domains *
coexist_admin_domains_new(const struct coexist_admin *admin);
/* NULL is allowed. */
void coexist_admin_domains_free(struct coexist_admin_domains *domains);

/* Returns TRUE if the userdbs list their users, and none of them has the domain, which
   is in lower case. If one of them can't list its users nothing is known. All users
   are listed for the first question. */
bool coexist_admin_domain_is_unknown(struct coexist_admin_domains *domains,
				     const char *domain);
/* Warns if that is so. */
void coexist_admin_domain_check(const struct coexist_admin *admin,
				const char *domain);

#endif
