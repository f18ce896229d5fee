/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-scope.h. */

#include "lib.h"
#include "admin-scope.h"
#include "coexist-admin.h"
#include "compat-doveadm.h"
#include "policy-store.h"

const char *coexist_admin_scope_kind_name(enum coexist_admin_scope_kind kind)
{
	static const char *const names[] = {
		[COEXIST_ADMIN_SCOPE_MAILBOX] = "mailbox",
		[COEXIST_ADMIN_SCOPE_DOMAIN] = "domain",
		[COEXIST_ADMIN_SCOPE_DEFAULT] = "default"
	};

	return names[kind];
}

bool coexist_admin_scope_is_given(const struct coexist_admin *admin)
{
	return coexist_admin_text(admin->cctx, "user") != NULL ||
		coexist_admin_text(admin->cctx, "domain") != NULL ||
		coexist_admin_flag(admin->cctx, "default");
}

static int
scope_set(const struct coexist_admin *admin, struct coexist_admin_scope *scope,
	  const char *name, const char *key)
{
	if (key == NULL) {
		coexist_admin_fail(admin, EX_USAGE, "There can't be a policy "
				   "of this name: %s", name);
		return -1;
	}
	scope->name = name;
	scope->key = p_strdup(admin->pool, key);
	return 0;
}

static int
mailbox_read(struct coexist_admin *admin, const char *user,
	     struct coexist_admin_scope *scope)
{
	scope->kind = COEXIST_ADMIN_SCOPE_MAILBOX;
	if (coexist_admin_user_find(admin, user, &scope->user) < 0)
		return -1;
	return scope_set(admin, scope, scope->user.name,
			 coexist_store_key_mailbox(scope->user.name));
}

static int
domain_read(struct coexist_admin *admin, const char *domain,
	    struct coexist_admin_scope *scope)
{
	/* as Dovecot's default auth_username_format leaves it */
	domain = str_lcase(p_strdup(admin->pool, domain));
	scope->kind = COEXIST_ADMIN_SCOPE_DOMAIN;
	return scope_set(admin, scope, domain,
			 coexist_store_key_domain(domain));
}

int coexist_admin_scope_find(struct coexist_admin *admin,
			     enum coexist_admin_scope_kind kind,
			     const char *name,
			     struct coexist_admin_scope *scope_r)
{
	i_zero(scope_r);
	switch (kind) {
	case COEXIST_ADMIN_SCOPE_MAILBOX:
		return mailbox_read(admin, name, scope_r);
	case COEXIST_ADMIN_SCOPE_DOMAIN:
		return domain_read(admin, name, scope_r);
	case COEXIST_ADMIN_SCOPE_DEFAULT:
		break;
	}
	scope_r->kind = COEXIST_ADMIN_SCOPE_DEFAULT;
	return scope_set(admin, scope_r, "", COEXIST_STORE_KEY_DEFAULT);
}

int coexist_admin_scope_read(struct coexist_admin *admin,
			     struct coexist_admin_scope *scope_r)
{
	const char *user = coexist_admin_text(admin->cctx, "user");
	const char *domain = coexist_admin_text(admin->cctx, "domain");
	bool is_default = coexist_admin_flag(admin->cctx, "default");

	i_zero(scope_r);
	if ((user != NULL ? 1 : 0) + (domain != NULL ? 1 : 0) +
	    (is_default ? 1 : 0) != 1) {
		coexist_admin_fail(admin, EX_USAGE, "Whose policy? "
				   "Expected one of: -u USER, -d DOMAIN, "
				   "--default");
		return -1;
	}
	if (user != NULL)
		return mailbox_read(admin, user, scope_r);
	if (domain != NULL)
		return domain_read(admin, domain, scope_r);
	return coexist_admin_scope_find(admin, COEXIST_ADMIN_SCOPE_DEFAULT, "",
					scope_r);
}
