/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-owner.h. */

#include "lib.h"
#include "admin-owner.h"
#include "doveadm.h"
#include "doveadm-print.h"
#include "mail-user.h"
#include "admin-policy.h"
#include "coexist-admin.h"
#include "mail-functions.h"
#include "mailbox-walk.h"

/* A visit to the mailbox: reads the choices, and changes them before if there are
   values. */
struct visit {
	const struct coexist_admin *admin;
	/* NULL to read */
	const char *const *values;
	bool done;
	struct coexist_owner_choices choices;
};

bool coexist_admin_owner_is_asked(const struct coexist_admin *admin)
{
	return coexist_admin_flag(admin->cctx, "owner");
}

static void
visit_mailbox(struct mail_user *user,
	      const struct coexist_mail_functions *functions, void *context)
{
	struct visit *visit = context;
	const char *error;

	visit->done = TRUE;
	if (visit->values == NULL) {
		(void)functions->owner_file_read(user, visit->admin->pool,
						 &visit->choices);
	} else if (functions->owner_set(user, visit->values, &error) < 0) {
		coexist_admin_fail(visit->admin, EX_DATAERR, "%s", error);
	}
}

static void
visit_walk(struct coexist_mailbox_walk *walk, const char *name, void *context)
{
	coexist_mailbox_visit(walk, name, visit_mailbox, context);
}

/* Visits the mailbox of the scope. What keeps from that has its own error. */
static void
visit_make(const struct coexist_admin_scope *scope, struct visit *visit)
{
	if (coexist_mailbox_walk(visit->admin, scope, visit_walk, visit) == 0 &&
	    !visit->done) {
		coexist_admin_fail(visit->admin, EX_NOUSER,
				   "%s: There is no such mailbox", scope->name);
	}
}

/* Returns 0, or -1 after an error was logged: only a mailbox has an owner. */
static int
owner_scope_read(struct coexist_admin *admin,
		 struct coexist_admin_scope *scope_r)
{
	if (coexist_admin_scope_read(admin, scope_r) < 0)
		return -1;
	if (scope_r->kind == COEXIST_ADMIN_SCOPE_MAILBOX)
		return 0;
	coexist_admin_fail(admin, EX_USAGE, "--owner: Expected -u USER");
	return -1;
}

static bool is_wanted(const char *name, const char *const *names)
{
	return *names == NULL || str_array_find(names, name);
}

void coexist_admin_owner_print(struct coexist_admin *admin,
			       const char *const *names)
{
	struct visit visit = { .admin = admin };
	struct coexist_admin_scope scope;
	unsigned int i;

	if (owner_scope_read(admin, &scope) < 0)
		return;
	visit_make(&scope, &visit);
	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		const char *name = coexist_policy_keys[
			coexist_openable_keys[i].key].name;

		if (visit.choices.texts[i] == NULL || !is_wanted(name, names))
			continue;
		doveadm_print(name);
		doveadm_print(visit.choices.texts[i]);
	}
}

void coexist_admin_owner_change(struct coexist_admin *admin,
				const char *const *values)
{
	struct visit visit = { .admin = admin, .values = values };
	struct coexist_admin_scope scope;

	if (*values == NULL || coexist_admin_flag(admin->cctx, "dry-run") ||
	    coexist_admin_flag(admin->cctx, "tell")) {
		coexist_admin_fail(admin, EX_USAGE, "--owner: Expected keys, "
				   "and neither --dry-run nor --tell");
		return;
	}
	if (owner_scope_read(admin, &scope) < 0)
		return;
	visit_make(&scope, &visit);
}

/* As the gate has it: gate-owner.h. */
static coexist_openable_set
open_find(const struct coexist_admin *admin,
	  const struct coexist_admin_policy *policy)
{
	const struct coexist_scope *opener =
		policy->policy.entries[COEXIST_KEY_owner_may_change].scope;

	if (opener == NULL || policy->store_failed ||
	    coexist_site_number(&admin->config, COEXIST_SITE_log_only) != 0 ||
	    (*admin->config.texts[COEXIST_SITE_policy_public_keys] != '\0' &&
	     !coexist_policy_scope_has_document(opener - policy->scopes)))
		return 0;
	return coexist_owner_open(&policy->policy, policy->scopes,
				  COEXIST_SCOPE_COUNT);
}

void coexist_admin_owner_choose(const struct coexist_admin *admin,
				const struct coexist_admin_scope *scope,
				struct coexist_admin_policy *policy)
{
	struct visit visit = { .admin = admin };
	coexist_openable_set open = open_find(admin, policy);

	if (open == 0 || scope->kind != COEXIST_ADMIN_SCOPE_MAILBOX)
		return;
	visit_make(scope, &visit);
	(void)coexist_owner_choose(&policy->policy, &policy->owner, open,
				   visit.choices.texts);
}
