/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_STORE_ADMIN_H
#define COEXIST_POLICY_STORE_ADMIN_H

#include "policy-store.h"

struct coexist_site_config;
struct coexist_store_lock;

/* Changing and listing documents while waiting for the store, for doveadm.
   Errors are on the data stack. */

/* Stores a document's text, or removes the document, all or nothing. Return 0,
   or -1 and an error that names the key. Only what is there can be removed. */
int coexist_store_write_text(struct coexist_store *store, const char *key,
			     const char *text, const char **error_r);
int coexist_store_remove(struct coexist_store *store, const char *key,
			 const char **error_r);

/* A change of one of many documents. */
struct coexist_store_change {
	const char *key;
	/* NULL removes the document, which has to be there */
	const char *text;
	/* NULL, or why it was not made */
	const char *error;
};

/* Makes the changes of a batch, with the error of each that was not made. They are one
   transaction of the dict, which is faster by as much as a commit takes; if that is refused,
   they are tried one by one. Returns 1 if all were made; 0 if the store has refused some;
   -1 if the store is away, so that those behind the last error were not tried. */
int coexist_store_change_many(struct coexist_store *store,
			      struct coexist_store_change *changes,
			      unsigned int count);

/* Waits until nobody else on this node holds the lock, so that a document can
   be read, changed and written. The lock ends with the process at the latest.
   Returns 0, or -1 and an error. */
int coexist_store_lock(const char *base_dir, struct coexist_store_lock **lock_r,
		       const char **error_r);
/* Has the auth process of this node forget what it read before, if something has been
   written since the last time. Returns 0, or -1 and an error. */
int coexist_store_publish(struct coexist_store *store,
			  const struct coexist_store_lock *lock,
			  const char **error_r);
/* Lets others in and, if something may have changed, has the auth process of this node
   forget what it read before (store-generation.h). Where nothing has, auth keeps what it
   knows, also of documents that are lost. Returns 0, or -1 and an error: then logins may
   go by what was read before for some seconds yet. */
int coexist_store_unlock(struct coexist_store_lock **lock, bool is_changed,
			 const char **error_r);

/* Called for the name of each document, which lives for the call. Returns false
   to stop. */
typedef bool coexist_store_name_t(const char *name, void *context);

/* Calls back for all documents whose keys begin with the prefix, in any order
   and without holding them. Returns 0, or -1 and an error. */
int coexist_store_list(struct coexist_store *store,
		       const struct coexist_site_config *config,
		       const char *prefix, coexist_store_name_t *callback,
		       void *context, const char **error_r);

#endif
