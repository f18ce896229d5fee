/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_EXPLAIN_GATE_H
#define COEXIST_EXPLAIN_GATE_H

struct coexist_admin;
struct coexist_admin_scope;

/* Warns if no login goes by what explain has printed: doveadm has read the documents
   as root, and without auth. protocol is the one that was asked about, NULL for
   all. */
void coexist_explain_warn(const struct coexist_admin *admin,
			  const struct coexist_admin_scope *scope,
			  const char *protocol);

#endif
