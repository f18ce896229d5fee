/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_LENGTH_H
#define COEXIST_ADMIN_LENGTH_H

#include "admin-scope.h"

struct coexist_admin;
struct coexist_document;

/* The length of the hand-over to a session (policy-handover.h) that a document
   and the stored ones of wider scopes give together. A session obeys a part of a
   hand-over that is too long. */

/* The documents that are merged. */
struct coexist_admin_length {
	/* NULL if there is none */
	struct coexist_document *default_document;
	/* the one that was read last: whole domains are looked at in turns */
	char *domain;
	struct coexist_document *domain_document;
};

/* Reads the document of everybody. Here and below, a document that can't be read
   counts as none: others say so. Deinitialise it. */
void coexist_admin_length_init(const struct coexist_admin *admin,
			       struct coexist_admin_length *length_r);
void coexist_admin_length_deinit(struct coexist_admin_length *length);

/* Returns the bytes of the longest hand-over where the scope's document is this
   one and the wider scopes' are as they are stored. left_out_r names the keys
   that sessions are then not told of, on the data stack: empty if there are
   none. */
size_t coexist_admin_length_get(const struct coexist_admin *admin,
				struct coexist_admin_length *length,
				enum coexist_admin_scope_kind kind,
				const char *name,
				const struct coexist_document *document,
				const char **left_out_r);

#endif
