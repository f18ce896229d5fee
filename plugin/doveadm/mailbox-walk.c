/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mailbox-walk.h. */

#include "lib.h"
#include "mailbox-walk.h"
#include "coexist-admin.h"
#include "compat-doveadm.h"
#include "compat-storage-service.h"
#include "mail-functions.h"
#include "saved-rights.h"

struct coexist_mailbox_walk {
	const struct coexist_admin *admin;
	struct mail_storage_service_ctx *service;
	coexist_mailbox_walk_t *callback;
	void *context;
	int ret;
};

static void walk_fail(struct coexist_mailbox_walk *walk, int exit_code,
		      const char *user, const char *error)
{
	coexist_admin_fail(walk->admin, exit_code, "%s: %s", user, error);
	walk->ret = -1;
}

/* Returns the user, or NULL. */
static struct mail_user *
user_open(struct coexist_mailbox_walk *walk, const char *name)
{
	struct mail_user *user;
	const char *error;
	int ret = coexist_storage_service_open(walk->service, "doveadm", name,
					       &user, &error);

	if (ret < 0)
		walk_fail(walk, EX_TEMPFAIL, name, error);
	return ret > 0 ? user : NULL;
}

static void
user_visit(struct coexist_mailbox_walk *walk, const char *name,
	   coexist_mailbox_visit_t *callback, void *context)
{
	struct coexist_mail_functions functions;
	struct mail_user *user = user_open(walk, name);

	if (user == NULL)
		return;
	if (coexist_mail_functions_get(user, &functions) == 0)
		callback(user, &functions, context);
	else
		walk_fail(walk, EX_CONFIG, name, "It can't be looked at");
	mail_user_deinit(&user);
}

/* Users are opened with the rights of their mailboxes, and Dovecot takes back the
   effective user alone: who goes on without the others stores what auth can't
   read. */
void coexist_mailbox_visit(struct coexist_mailbox_walk *walk, const char *name,
			   coexist_mailbox_visit_t *callback, void *context)
{
	struct coexist_saved_rights rights;

	if (coexist_rights_save(&rights) < 0) {
		walk_fail(walk, EX_NOPERM, name, t_strdup_printf(
			"getgroups() failed: %m"));
		return;
	}
	user_visit(walk, name, callback, context);
	if (coexist_rights_restore(&rights) < 0) {
		walk_fail(walk, EX_NOPERM, name, t_strdup_printf(
			"Can't be root again: %m"));
	}
}

static bool
is_in_scope(const struct coexist_admin_scope *scope, const char *user)
{
	const char *at = strrchr(user, '@');

	return scope->kind != COEXIST_ADMIN_SCOPE_DOMAIN ||
		(at != NULL && strcasecmp(at + 1, scope->name) == 0);
}

static void
all_walk(struct coexist_mailbox_walk *walk,
	 const struct coexist_admin_scope *scope)
{
	const char *name;
	int ret;

	mail_storage_service_all_init_mask(walk->service, "*");
	while ((ret = mail_storage_service_all_next(walk->service,
						    &name)) > 0) {
		if (is_in_scope(scope, name)) T_BEGIN {
			walk->callback(walk, t_strdup(name), walk->context);
		} T_END;
	}
	if (ret < 0)
		walk_fail(walk, EX_TEMPFAIL, scope->name,
			  "Can't list all users");
}

int coexist_mailbox_walk(const struct coexist_admin *admin,
			 const struct coexist_admin_scope *scope,
			 coexist_mailbox_walk_t *callback, void *context)
{
	struct coexist_mailbox_walk walk = {
		.admin = admin, .callback = callback, .context = context
	};

	walk.service = coexist_storage_service_init(master_service,
		MAIL_STORAGE_SERVICE_FLAG_USERDB_LOOKUP |
		MAIL_STORAGE_SERVICE_FLAG_TEMP_PRIV_DROP |
		MAIL_STORAGE_SERVICE_FLAG_NO_LOG_INIT |
		MAIL_STORAGE_SERVICE_FLAG_NO_CHDIR);
	if (scope->kind == COEXIST_ADMIN_SCOPE_MAILBOX)
		callback(&walk, scope->name, context);
	else
		all_walk(&walk, scope);
	mail_storage_service_deinit(&walk.service);
	return walk.ret;
}
