/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ANVIL_LOOKUP_H
#define COEXIST_ANVIL_LOOKUP_H

struct coexist_anvil_lookup;
struct coexist_session_table;

/* A client of the anvil process, to which all sessions report: asks for the list
   of all of them, because anvil has no narrower one. */

/* Called with a table, which is the callee's to free, or NULL and an error. */
typedef void
coexist_anvil_lookup_callback_t(struct coexist_session_table *table,
				  const char *error, void *context);

/* path is anvil's socket. */
struct coexist_anvil_lookup *
coexist_anvil_lookup_new(const char *path,
			   coexist_anvil_lookup_callback_t *callback,
			   void *context);
/* NULL is allowed. Does not call back any more. */
void coexist_anvil_lookup_free(struct coexist_anvil_lookup *lookup);

/* Asks, without waiting, if no answer is pending already. The callback is called
   before this returns if anvil can't even be asked, and after a second or two
   at the latest. */
void coexist_anvil_lookup_ask(struct coexist_anvil_lookup *lookup);

#endif
