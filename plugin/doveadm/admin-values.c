/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-values.h. */

#include "lib.h"
#include "admin-values.h"
#include "lib-event.h"
#include "coexist-admin.h"
#include "policy-document.h"
#include "policy-problem.h"

#include <sysexits.h>

int coexist_admin_values_set(const struct coexist_admin *admin,
			     struct coexist_document *document,
			     const char *const *values)
{
	int ret = 0;

	for (; *values != NULL; values++) {
		g_autoptr(GError) error = NULL;
		const char *text = strchr(*values, '=');

		if (text == NULL) {
			coexist_admin_fail(admin, EX_USAGE,
					   "%s: Expected KEY=VALUE", *values);
			ret = -1;
		} else if (!coexist_document_set(document,
						 t_strdup_until(*values, text),
						 text + 1, &error)) {
			coexist_admin_fail(admin, EX_DATAERR, "%s",
					   error->message);
			ret = -1;
		}
	}
	return ret;
}

static void
value_warn(const struct coexist_admin *admin, enum coexist_key key,
	   const char *text)
{
	const struct coexist_policy_key *info = &coexist_policy_keys[key];
	g_autofree char *problem = coexist_problem_of_meaning(info, text);

	if (problem != NULL)
		e_warning(admin->event, "%s: %s", info->name, problem);
}

void coexist_admin_values_warn(const struct coexist_admin *admin,
			       const char *const *values)
{
	enum coexist_key key;

	for (; *values != NULL; values++) {
		const char *text = strchr(*values, '=');

		if (text != NULL &&
		    coexist_key_find(t_strdup_until(*values, text), &key))
			value_warn(admin, key, text + 1);
	}
}
