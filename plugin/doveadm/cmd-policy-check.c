/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy check: a lint of the stored documents. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-domains.h"
#include "admin-length.h"
#include "admin-list.h"
#include "admin-marker.h"
#include "admin-print.h"
#include "admin-scope.h"
#include "admin-signature.h"
#include "policy-document.h"
#include "policy-handover.h"
#include "policy-problem.h"
#include "policy-store.h"

/* What all the documents have in common. */
struct checks {
	/* NULL if the site does not want signatures */
	coexist_keyring *keyring;
	struct coexist_admin_length length;
	struct coexist_admin_domains *domains;
	unsigned int problems;
};

struct check {
	struct checks *all;
	enum coexist_admin_scope_kind kind;
	const char *name;
};

static void
print_problem(const struct check *check, const char *key, const char *value,
	      const char *problem)
{
	doveadm_print(coexist_admin_scope_kind_name(check->kind));
	doveadm_print(check->name);
	doveadm_print(key);
	doveadm_print(value);
	doveadm_print(problem);
	check->all->problems++;
}

static void
check_value(const struct check *check, enum coexist_key key, const char *text)
{
	const struct coexist_policy_key *info = &coexist_policy_keys[key];
	g_autofree char *problem = NULL;
	struct coexist_value value;

	switch (coexist_value_parse(info, text, &value)) {
	case COEXIST_VALUE_VALID:
		problem = coexist_problem_of_meaning(info, text);
		if (problem != NULL)
			print_problem(check, info->name, text, problem);
		break;
	case COEXIST_VALUE_INHERIT:
		break;
	case COEXIST_VALUE_YES:
	case COEXIST_VALUE_UNKNOWN:
		problem = coexist_problem_of_value(info, text);
		print_problem(check, info->name, text, problem);
		break;
	}
}

static void
check_document(const struct check *check,
	       const struct coexist_document *document)
{
	const char *const *unknown = coexist_document_get_unknown(document);
	unsigned int i;

	for (; *unknown != NULL; unknown++) {
		g_autofree char *problem = coexist_problem_of_name(*unknown);

		print_problem(check, *unknown, "", problem);
	}
	for (i = 0; i < COEXIST_KEY_COUNT; i++)
		check_value(check, i, coexist_document_get(document, i));
}

static void
check_signature(const struct check *check, const char *key,
		const struct coexist_document *document)
{
	g_autoptr(GError) error = NULL;

	if (check->all->keyring == NULL ||
	    coexist_document_verify(document, key, check->all->keyring,
				    &error) == COEXIST_SIGNATURE_VALID)
		return;
	print_problem(check, "", "", error->message);
}

static void
check_length(const struct coexist_admin *admin, const struct check *check,
	     const struct coexist_document *document)
{
	const char *left_out;
	size_t size;

	size = coexist_admin_length_get(admin, &check->all->length, check->kind,
					check->name, document, &left_out);
	if (*left_out == '\0')
		return;
	print_problem(check, left_out, "",
		      t_strdup_printf("Too long for sessions, which don't obey "
				      "these: with the wider scopes' %zu bytes "
				      "of at most %u", size,
				      COEXIST_HANDOVER_MAX_SIZE));
}

static void
check_text(const struct coexist_admin *admin, const struct check *check,
	   const char *key, const char *text)
{
	g_autoptr(GError) error = NULL;
	struct coexist_document *document;

	document = coexist_document_parse(key, text, strlen(text), &error);
	if (document == NULL)
		print_problem(check, "", "", error->message);
	else {
		check_document(check, document);
		T_BEGIN {
			check_length(admin, check, document);
		} T_END;
		check_signature(check, key, document);
	}
	coexist_document_unref(document);
}

static void check_domain(const struct check *check)
{
	if (check->kind == COEXIST_ADMIN_SCOPE_DOMAIN &&
	    coexist_admin_domain_is_unknown(check->all->domains, check->name))
		print_problem(check, "", "", COEXIST_PROBLEM_DOMAIN);
}

static void check_name(const struct check *check)
{
	if (strcmp(check->name, t_str_lcase(check->name)) != 0) {
		print_problem(check, "", "", "Only lower case is looked up: "
			      "store it under that name, or in a database to "
			      "which they are the same");
	}
}

static void
check_key(const struct coexist_admin *admin,
	  enum coexist_admin_scope_kind kind, const char *name,
	  const char *key, void *context)
{
	const struct check check = {
		.kind = kind,
		.name = name,
		.all = context
	};
	const char *text, *error;

	check_name(&check);
	switch (coexist_store_read_text(admin->store, key, &text, &error)) {
	case COEXIST_STORE_FOUND:
		check_domain(&check);
		check_text(admin, &check, key, text);
		break;
	case COEXIST_STORE_NOT_FOUND:
		break;
	case COEXIST_STORE_GARBAGE:
		print_problem(&check, "", "", error);
		break;
	case COEXIST_STORE_FAILED:
		coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
		break;
	}
}

static void documents_check(struct coexist_admin *admin, struct checks *checks)
{
	struct coexist_admin_scope scope;

	if (coexist_admin_keyring_need(admin, &checks->keyring) < 0)
		return;
	(void)coexist_admin_marker_check(admin);
	coexist_admin_length_init(admin, &checks->length);
	checks->domains = coexist_admin_domains_new(admin);
	if (!coexist_admin_scope_is_given(admin))
		coexist_admin_list(admin, "*", check_key, checks);
	else if (coexist_admin_scope_read(admin, &scope) == 0)
		check_key(admin, scope.kind, scope.name, scope.key, checks);
	coexist_admin_domains_free(checks->domains);
	coexist_admin_length_deinit(&checks->length);
}

static void policy_check(struct coexist_admin *admin)
{
	struct checks checks = { .keyring = NULL };

	documents_check(admin, &checks);
	coexist_keyring_free(checks.keyring);
	/* With an exit code, the HTTP API would drop the rows. */
	if (checks.problems > 0 && doveadm_exit_code == 0 &&
	    !coexist_admin_is_http(admin->cctx))
		doveadm_exit_code = EX_DATAERR;
}

static void cmd_policy_check(struct doveadm_cmd_context *cctx)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("scope"),
		COEXIST_TEXT_COLUMN("name"),
		COEXIST_TEXT_COLUMN("key"),
		COEXIST_TEXT_COLUMN("value"),
		COEXIST_TEXT_COLUMN("problem")
	};

	doveadm_print_init(DOVEADM_PRINT_TYPE_TAB);
	COEXIST_PRINT_COLUMNS(columns);
	coexist_admin_run(cctx, policy_check);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_check = {
	.name = "coexist policy check",
	.cmd = cmd_policy_check,
	.usage = "["COEXIST_ADMIN_SCOPE_USAGE"]",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_ADMIN_SCOPE_PARAMS,
		COEXIST_PARAMS_END
	}
};
