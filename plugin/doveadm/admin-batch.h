/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_BATCH_H
#define COEXIST_ADMIN_BATCH_H

#include "admin-change.h"
#include "admin-scope.h"

/* A batch: documents of many scopes that change together. All of them are validated
   before the first is stored, under one lock, and each open session is told once, when all
   are stored. They are stored in groups, and logins obey each as soon as it is stored.
   Only a store that refuses some, or fails in the middle, leaves a part: each document
   that was not stored is named with its line in the file. */
struct doveadm_cmd_context;
struct istream;
struct coexist_admin_batch;

/* file is what errors call the file that the documents are from, and lives as long. */
struct coexist_admin_batch *
coexist_admin_batch_new(struct coexist_admin *admin, const char *file);
/* NULL is allowed. */
void coexist_admin_batch_free(struct coexist_admin_batch *batch);

/* Adds a scope. Its document will be this one, or is changed later if that is NULL.
   line is where the file names it.
   Returns 0, or -1 after an error was logged and the exit code set: there is no such
   scope, or it is there already, or the document can't be signed. */
int coexist_admin_batch_add(struct coexist_admin_batch *batch,
			    unsigned int line,
			    enum coexist_admin_scope_kind kind,
			    const char *name,
			    struct coexist_document *document);
/* Returns the command's parameter of a file, or over the HTTP API of a text, from its
   beginning; NULL if it was not given. The command keeps it. */
struct istream *
coexist_admin_batch_input(const struct doveadm_cmd_context *cctx,
			  const char *name);
/* Returns what errors call it, on the data stack. */
const char *
coexist_admin_batch_input_name(const struct coexist_admin *admin,
			       struct istream *input);
/* Returns how many scopes there are. */
unsigned int
coexist_admin_batch_count(const struct coexist_admin_batch *batch);

/* Changes those that have no document yet, stores all, and tells the open sessions,
   unless no login obeys the keys (admin-gate.h). Errors are logged and the exit code is
   set. */
void coexist_admin_batch_store(struct coexist_admin_batch *batch,
			       const char *const *keys,
			       coexist_admin_change_t *change, void *context);

#endif
