/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_LIST_H
#define COEXIST_ADMIN_LIST_H

#include "admin-scope.h"

struct coexist_admin;

/* Iteration over the documents of the store. */

/* Called for each document. name is empty for the document of everybody; name
   and key live for the call. */
typedef void
coexist_admin_list_t(const struct coexist_admin *admin,
		     enum coexist_admin_scope_kind kind, const char *name,
		     const char *key, void *context);

/* Calls back for all documents of the store, whose names match the mask with
   wildcards * and ?. Errors are logged and the exit code is set. */
void coexist_admin_list(const struct coexist_admin *admin, const char *mask,
			coexist_admin_list_t *callback, void *context);

#endif
