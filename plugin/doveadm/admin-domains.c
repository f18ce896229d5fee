/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-domains.h. */

#include "lib.h"
#include "admin-domains.h"
#include "admin-userdb.h"
#include "lib-event.h"
#include "coexist-admin.h"
#include "policy-scopes.h"
#include "userdb-reach.h"

#include <glib.h>

struct coexist_admin_domains {
	const struct coexist_admin *admin;
	/* NULL until it was asked for */
	GHashTable *names;
};

struct coexist_admin_domains *
coexist_admin_domains_new(const struct coexist_admin *admin)
{
	struct coexist_admin_domains *domains =
		i_new(struct coexist_admin_domains, 1);

	domains->admin = admin;
	return domains;
}

void coexist_admin_domains_free(struct coexist_admin_domains *domains)
{
	if (domains == NULL)
		return;
	g_clear_pointer(&domains->names, g_hash_table_unref);
	i_free(domains);
}

static bool domain_add(const char *user, void *context)
{
	GHashTable *names = context;
	const char *domain = coexist_policy_scope_domain(user);

	if (domain != NULL)
		g_hash_table_add(names, g_ascii_strdown(domain, -1));
	return TRUE;
}

static void names_read(struct coexist_admin_domains *domains)
{
	domains->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					       NULL);
	if (coexist_admin_userdb_list(0, domain_add, domains->names) == 0 &&
	    coexist_userdbs_list_all(domains->admin))
		return;
	e_debug(domains->admin->event, "coexist: The userdbs do not list all "
		"users, so nobody knows which domains there are");
	g_hash_table_remove_all(domains->names);
}

bool coexist_admin_domain_is_unknown(struct coexist_admin_domains *domains,
				     const char *domain)
{
	if (domains->names == NULL)
		names_read(domains);
	return g_hash_table_size(domains->names) > 0 &&
		!g_hash_table_contains(domains->names, domain);
}

void coexist_admin_domain_check(const struct coexist_admin *admin,
				const char *domain)
{
	struct coexist_admin_domains *domains =
		coexist_admin_domains_new(admin);

	if (coexist_admin_domain_is_unknown(domains, domain))
		e_warning(admin->event, "%s: "COEXIST_PROBLEM_DOMAIN, domain);
	coexist_admin_domains_free(domains);
}
