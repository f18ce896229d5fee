/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-domains.h. */

#include "lib.h"
#include "admin-domains.h"
#include "coexist-admin.h"
#include "compat-doveadm.h"
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

static void
error_ignore(const struct failure_context *ctx ATTR_UNUSED,
	     const char *format ATTR_UNUSED, va_list args ATTR_UNUSED)
{
}

/* Adds the domains of all users. Returns 0, or -1 if they can't be listed. */
static int
names_list(GHashTable *names)
{
	struct auth_master_connection *conn;
	struct auth_master_user_list_ctx *list;
	struct auth_user_info info;
	const char *user, *domain;
	int ret;

	i_zero(&info);
	coexist_auth_user_info_set_protocol(&info, "doveadm");
	conn = auth_master_init(doveadm_settings->auth_socket_path, 0);
	list = auth_master_user_list_init(conn, "*", &info);
	while ((user = auth_master_user_list_next(list)) != NULL) T_BEGIN {
		domain = coexist_policy_scope_domain(user);
		if (domain != NULL)
			g_hash_table_add(names, g_ascii_strdown(domain, -1));
	} T_END;
	ret = auth_master_user_list_deinit(&list);
	auth_master_deinit(&conn);
	return ret;
}

/* Most userdbs that can't list their users say so by an error, which is none of the
   command. */
static int names_list_quietly(GHashTable *names)
{
	failure_callback_t *fatal, *error, *info, *debug;
	int ret;

	i_get_failure_handlers(&fatal, &error, &info, &debug);
	i_set_error_handler(error_ignore);
	ret = names_list(names);
	i_set_error_handler(error);
	return ret;
}

static void names_read(struct coexist_admin_domains *domains)
{
	domains->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					       NULL);
	if (names_list_quietly(domains->names) == 0 &&
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
