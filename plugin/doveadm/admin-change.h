/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_CHANGE_H
#define COEXIST_ADMIN_CHANGE_H

#include "admin-scope.h"

struct coexist_admin;
struct coexist_document;

/* Read-modify-write of a document, under the store's lock: all of a change is
   stored, or nothing of it. */

/* Changes the document. Returns 0, or -1 after every error was logged and the
   exit code set; then nothing is stored. */
typedef int coexist_admin_change_t(const struct coexist_admin *admin,
				   struct coexist_document *document,
				   void *context);

/* Trust in the stored document: whose words a change may build on. */
enum coexist_admin_origin {
	/* Where documents need signatures, it has to have one: the signature
	   that the change gets vouches for the whole document. */
	COEXIST_ADMIN_TRUSTED,
	/* Anybody's: the administrator has read the document. */
	COEXIST_ADMIN_ANYBODY
};

/* Makes what the change makes of the scope's document, and stores nothing: a forecast
   and what comes before a change have no place under the lock, for which everybody
   waits. Returns 0 and the document, which is the caller's to unreference, or -1
   after every error was logged and the exit code set. */
int coexist_admin_change_try(struct coexist_admin *admin,
			     const struct coexist_admin_scope *scope,
			     enum coexist_admin_origin origin,
			     coexist_admin_change_t *change, void *context,
			     struct coexist_document **document_r);

/* Changes the scope's document, or a new one where there is none. What auth can't
   read after that is an error with the commands of the remedy: it is stored. A document
   that names nothing any more is removed, others are signed if the option
   "sign-key" says so. Errors are logged and the exit code is set. */
void coexist_admin_change(struct coexist_admin *admin,
			  const struct coexist_admin_scope *scope,
			  enum coexist_admin_origin origin,
			  coexist_admin_change_t *change, void *context);

/* Removes the scope's document, whatever it is. */
void coexist_admin_remove(struct coexist_admin *admin,
			  const struct coexist_admin_scope *scope);

/* The parts of a change of many documents (admin-batch.h). They return 0, or -1 after
   an error was logged and the exit code set. */
struct coexist_store_lock;
int coexist_admin_change_lock(const struct coexist_admin *admin,
			      struct coexist_store_lock **lock_r);
void coexist_admin_change_unlock(const struct coexist_admin *admin,
				 struct coexist_store_lock **_lock);
/* Makes a missing folder, and the marker of a new store. */
int coexist_admin_change_begin(const struct coexist_admin *admin);
/* What was stored so far holds for the logins that begin now. */
int coexist_admin_change_publish(const struct coexist_admin *admin,
				 const struct coexist_store_lock *lock);
/* Tries to read the document as auth does, which is an error if it can't. */
void coexist_admin_change_check(const struct coexist_admin *admin,
				const char *key);

/* Puts the marker into the store, see admin-marker.h. Errors are logged and the
   exit code is set. */
void coexist_admin_mark_store(struct coexist_admin *admin);

#endif
