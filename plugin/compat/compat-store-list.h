/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_STORE_LIST_H
#define COEXIST_COMPAT_STORE_LIST_H

struct dict;
struct coexist_compat_store_list;

/* The keys of a store that begin with a prefix, which ends with a slash.

   On Dovecot 2.3 the iteration of dict-fs begins again at its end, and for an
   empty folder it never returns, so that a store fs:... is read through the fs
   API that is behind it. A dict server with an fs dict can't be helped. */

/* store_uri is what the dict was opened with on Dovecot 2.3. */
struct coexist_compat_store_list *
coexist_compat_store_list_init(struct dict *dict, const char *store_uri,
			       const char *prefix);
/* Returns true and the key without the prefix, which lives until the next
   call, or false at the end or after an error. */
bool coexist_compat_store_list_next(struct coexist_compat_store_list *list,
				    const char **name_r);
/* Returns 0, or -1 and an error on the data stack. */
int coexist_compat_store_list_deinit(struct coexist_compat_store_list **list,
				     const char **error_r);

#endif
