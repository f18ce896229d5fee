/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_HANDOVER_LENGTH_H
#define COEXIST_HANDOVER_LENGTH_H

#include "policy-document.h"

/* The length of the hand-over to a session (policy-handover.h), judged by the
   documents that it is made of. */

/* Whose documents they are, the narrowest scope first. */
enum coexist_length_scope {
	COEXIST_LENGTH_SCOPE_MAILBOX,
	COEXIST_LENGTH_SCOPE_DOMAIN,
	COEXIST_LENGTH_SCOPE_DEFAULT,
	COEXIST_LENGTH_SCOPE_COUNT
};

/* Returns the bytes of the longest hand-over that the documents give any session,
   NULL standing for no document. The keys that sessions are then not told of are
   named, on the data stack: empty if the hand-over is not too long. */
size_t coexist_handover_length(
	const struct coexist_document *const documents[COEXIST_LENGTH_SCOPE_COUNT],
	const char **left_out_r);

#endif
