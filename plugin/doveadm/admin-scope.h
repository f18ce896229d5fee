/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_SCOPE_H
#define COEXIST_ADMIN_SCOPE_H

#include "admin-user.h"

struct coexist_admin;

/* The scope that a command is about, by its options -u, -d and --default. */

enum coexist_admin_scope_kind {
	COEXIST_ADMIN_SCOPE_MAILBOX,
	COEXIST_ADMIN_SCOPE_DOMAIN,
	COEXIST_ADMIN_SCOPE_DEFAULT
};

struct coexist_admin_scope {
	enum coexist_admin_scope_kind kind;
	/* of the mailbox or the domain, normalised; empty for the default */
	const char *name;
	/* the store's key of its document */
	const char *key;
	/* only for a mailbox, else zeroed */
	struct coexist_admin_user user;
};

#define COEXIST_ADMIN_SCOPE_USAGE "-u USER [--force] | -d DOMAIN | --default"
#define COEXIST_ADMIN_SCOPE_PARAMS \
	COEXIST_PARAM('u', "user", CMD_PARAM_STR, 0), \
	COEXIST_PARAM('d', "domain", CMD_PARAM_STR, 0), \
	COEXIST_PARAM('\0', "default", CMD_PARAM_BOOL, 0), \
	COEXIST_PARAM('\0', "force", CMD_PARAM_BOOL, 0)

/* Returns TRUE if one of the options was given. */
bool coexist_admin_scope_is_given(const struct coexist_admin *admin);
/* Reads the options, of which there must be one. Returns 0, or -1 after an
   error was logged and the exit code set. */
int coexist_admin_scope_read(struct coexist_admin *admin,
			     struct coexist_admin_scope *scope_r);

/* The same for a scope that something else than the options names, such as a line of a
   file. name is empty for the default. */
int coexist_admin_scope_find(struct coexist_admin *admin,
			     enum coexist_admin_scope_kind kind,
			     const char *name,
			     struct coexist_admin_scope *scope_r);

/* Returns the kind's name as commands print it. */
const char *coexist_admin_scope_kind_name(enum coexist_admin_scope_kind kind);

#endif
