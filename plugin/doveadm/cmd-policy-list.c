/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy list: the documents, or all that they name. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-document.h"
#include "admin-domains.h"
#include "admin-list.h"
#include "admin-print.h"
#include "admin-user.h"
#include "userdb-reach.h"

struct list {
	/* how a document is printed */
	coexist_admin_list_t *print;
	struct coexist_admin_domains *domains;
	/* nobody can be looked up, so who is gone is not known any more */
	bool is_away;
};

static void
print_name(const struct coexist_admin *admin ATTR_UNUSED,
	   enum coexist_admin_scope_kind kind, const char *name,
	   const char *key ATTR_UNUSED, void *context ATTR_UNUSED)
{
	doveadm_print(coexist_admin_scope_kind_name(kind));
	doveadm_print(name);
}

static void
print_values(const struct coexist_admin *admin,
	     enum coexist_admin_scope_kind kind, const char *name,
	     const char *key, void *context ATTR_UNUSED)
{
	struct coexist_document *document;
	unsigned int i;

	if (coexist_admin_document_read(admin, key, &document) <= 0)
		return;
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		const char *text = coexist_document_get(document, i);

		if (text == NULL)
			continue;
		doveadm_print(coexist_admin_scope_kind_name(kind));
		doveadm_print(name);
		doveadm_print(coexist_policy_keys[i].name);
		doveadm_print(text);
	}
	coexist_document_unref(document);
}

/* A database that is away would be waited for once more with each name. */
static bool
is_mailbox_orphan(struct list *list, const struct coexist_admin *admin,
		  const char *name)
{
	int ret = coexist_admin_user_is_unknown(admin, name);

	if (ret < 0 && coexist_admin_userdb_is_away(admin)) {
		coexist_admin_fail(admin, EX_TEMPFAIL, "Nobody can be looked up: "
				   "the list ends here. Do it again when the "
				   "userdb is back");
		list->is_away = TRUE;
	}
	return ret > 0;
}

/* Returns TRUE if the document is nobody's: who gets the name next would get the
   policy, too. */
static bool
is_orphan(struct list *list, const struct coexist_admin *admin,
	  enum coexist_admin_scope_kind kind, const char *name)
{
	switch (kind) {
	case COEXIST_ADMIN_SCOPE_MAILBOX:
		return is_mailbox_orphan(list, admin, name);
	case COEXIST_ADMIN_SCOPE_DOMAIN:
		return coexist_admin_domain_is_unknown(list->domains, name);
	case COEXIST_ADMIN_SCOPE_DEFAULT:
		break;
	}
	return FALSE;
}

static void
print_orphan(const struct coexist_admin *admin,
	     enum coexist_admin_scope_kind kind, const char *name,
	     const char *key, void *context)
{
	struct list *list = context;

	if (!list->is_away && is_orphan(list, admin, kind, name))
		list->print(admin, kind, name, key, NULL);
}

static void policy_list(struct coexist_admin *admin)
{
	const char *mask = coexist_admin_text(admin->cctx, "mask");
	bool orphans = coexist_admin_flag(admin->cctx, "orphans");
	struct list list = {
		.print = coexist_admin_flag(admin->cctx, "values") ?
			print_values : print_name
	};

	if (orphans && !coexist_userdbs_find(admin)) {
		coexist_admin_fail(admin, EX_CONFIG, "No userdb can be asked "
				   "for a user by name: who is gone is not "
				   "known");
		return;
	}
	list.domains = coexist_admin_domains_new(admin);
	coexist_admin_list(admin, mask == NULL ? "*" : mask,
			   orphans ? print_orphan : list.print, &list);
	coexist_admin_domains_free(list.domains);
}

static void cmd_policy_list(struct doveadm_cmd_context *cctx)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("scope"),
		COEXIST_TEXT_COLUMN("name")
	};
	static const struct coexist_column value_columns[] = {
		COEXIST_TEXT_COLUMN("key"),
		COEXIST_TEXT_COLUMN("value")
	};

	doveadm_print_init(DOVEADM_PRINT_TYPE_TAB);
	COEXIST_PRINT_COLUMNS(columns);
	if (coexist_admin_flag(cctx, "values"))
		COEXIST_PRINT_COLUMNS(value_columns);
	coexist_admin_run(cctx, policy_list);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_list = {
	.name = "coexist policy list",
	.cmd = cmd_policy_list,
	.usage = "[--values] [--orphans] [MASK]",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_PARAM('v', "values", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('\0', "orphans", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('\0', "mask", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
