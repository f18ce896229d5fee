/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in explain-gate.h. */

#include "lib.h"
#include "explain-gate.h"
#include "lib-event.h"
#include "admin-access.h"
#include "admin-gate.h"
#include "admin-scope.h"
#include "coexist-admin.h"
#include "policy-store.h"

/* Returns TRUE if auth reads what doveadm reads: the mailbox's document, or if it has
   none what each store has. */
static bool is_heard(const struct coexist_admin *admin,
		     const struct coexist_admin_scope *scope,
		     const char **error_r)
{
	return coexist_admin_store_is_heard(admin, scope->key, error_r) &&
		coexist_admin_store_is_heard(admin, COEXIST_STORE_KEY_MARKER,
					     error_r);
}

void coexist_explain_warn(const struct coexist_admin *admin,
			  const struct coexist_admin_scope *scope,
			  const char *protocol)
{
	const char *keys[] = {
		protocol == NULL ? NULL : t_strconcat(protocol, "_", NULL), NULL
	};
	const char *error;

	if (!is_heard(admin, scope, &error)) {
		e_warning(admin->event, "%s", error);
		return;
	}
	error = coexist_admin_gate_fault(admin, keys);
	if (error != NULL) {
		e_warning(admin->event, "This is what a gate would say, and %s",
			  error);
	}
}
