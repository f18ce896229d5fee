/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_VALUES_H
#define COEXIST_ADMIN_VALUES_H

struct coexist_admin;
struct coexist_document;

/* Sets keys of a document by a list of KEY=VALUE. Goes on after an error, so that all
   of them are named. Returns 0, or -1 after that and the exit code is set: then the
   document is of no use. */
int coexist_admin_values_set(const struct coexist_admin *admin,
			     struct coexist_document *document,
			     const char *const *values);
/* Warns of values that are obeyed in another sense than their author may think. */
void coexist_admin_values_warn(const struct coexist_admin *admin,
			       const char *const *values);

#endif
