/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-change.h. */

#include "lib.h"
#include "admin-change.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-access.h"
#include "admin-document.h"
#include "admin-marker.h"
#include "admin-signature.h"
#include "policy-store-admin.h"
#include "store-seen.h"

int coexist_admin_change_lock(const struct coexist_admin *admin,
			      struct coexist_store_lock **lock_r)
{
	const char *error;

	if (coexist_store_lock(doveadm_settings->base_dir, lock_r, &error) == 0)
		return 0;
	coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
	return -1;
}

void coexist_admin_change_unlock(const struct coexist_admin *admin,
				 struct coexist_store_lock **_lock)
{
	const char *error;

	if (coexist_store_unlock(_lock, admin->store->is_written, &error) < 0)
		coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
}

/* Returns who has to be able to read the files of the store, or NULL if it has
   none: a database is asked by the dict process, for doveadm and for auth. */
static const char *reader_get(const struct coexist_admin *admin)
{
	return admin->store->files == NULL ? NULL :
		coexist_admin_auth_user(admin);
}

/* What auth can't read is an error: it would go on as if nothing had been
   stored. */
static void check_access(const struct coexist_admin *admin, const char *user,
			 const char *key)
{
	const char *error;

	if (user != NULL &&
	    !coexist_admin_store_is_readable(admin, user, key, &error))
		coexist_admin_fail(admin, EX_CONFIG, "%s", error);
}

static int
prepare(const struct coexist_admin *admin, const char *user)
{
	const char *error;

	if (user == NULL ||
	    coexist_admin_store_prepare(admin, user, &error) == 0)
		return 0;
	coexist_admin_fail(admin, EX_CANTCREAT, "%s", error);
	return -1;
}

int coexist_admin_change_begin(const struct coexist_admin *admin)
{
	/* the folder of a store that was there once is not mounted */
	if (!coexist_store_was_seen() && prepare(admin, reader_get(admin)) < 0)
		return -1;
	return coexist_admin_marker_need(admin);
}

int coexist_admin_change_publish(const struct coexist_admin *admin,
				 const struct coexist_store_lock *lock)
{
	const char *error;

	if (coexist_store_publish(admin->store, lock, &error) == 0)
		return 0;
	coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
	return -1;
}

/* Stores a document's text, or with NULL removes the document, which has to be
   there. */
static int change_store(const struct coexist_admin *admin, const char *key,
			const char *text)
{
	const char *error;
	int ret = text == NULL ?
		coexist_store_remove(admin->store, key, &error) :
		coexist_store_write_text(admin->store, key, text, &error);

	if (ret < 0)
		coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
	return ret;
}

void coexist_admin_change_check(const struct coexist_admin *admin,
				const char *key)
{
	check_access(admin, reader_get(admin), key);
}

static void
document_write(const struct coexist_admin *admin, const char *key,
	       struct coexist_document *document)
{
	g_autofree char *text = NULL;

	if (coexist_admin_sign(admin, document, key) < 0 ||
	    coexist_admin_change_begin(admin) < 0)
		return;
	text = coexist_document_to_text(document);
	if (change_store(admin, key, text) == 0)
		coexist_admin_change_check(admin, key);
}

static void
document_remove(const struct coexist_admin *admin, const char *key)
{
	/* without it, the gate would not believe that the document is gone */
	if (coexist_admin_marker_need(admin) == 0)
		(void)change_store(admin, key, NULL);
}

/* Returns 1 and the document as the change has made it, 0 if there was none before,
   or -1. */
static int
change_make(const struct coexist_admin *admin, const char *key,
	    enum coexist_admin_origin origin,
	    coexist_admin_change_t *change, void *context,
	    struct coexist_document **document_r)
{
	g_autoptr(coexist_document) document = NULL;
	int found;

	found = coexist_admin_document_read(admin, key, &document);
	if (found < 0)
		return -1;
	if (found == 0)
		document = coexist_document_new();
	else if (origin == COEXIST_ADMIN_TRUSTED &&
		 coexist_admin_check_signature(admin, document, key) < 0)
		return -1;
	if (change(admin, document, context) < 0)
		return -1;
	*document_r = g_steal_pointer(&document);
	return found;
}

static void
change_locked(const struct coexist_admin *admin, const char *key,
	      enum coexist_admin_origin origin,
	      coexist_admin_change_t *change, void *context)
{
	g_autoptr(coexist_document) document = NULL;
	int found = change_make(admin, key, origin, change, context,
				&document);

	if (found < 0)
		return;
	if (!coexist_admin_document_is_empty(document))
		document_write(admin, key, document);
	else if (found > 0)
		document_remove(admin, key);
	else
		(void)coexist_admin_marker_check(admin);
}

int coexist_admin_change_try(struct coexist_admin *admin,
			     const struct coexist_admin_scope *scope,
			     enum coexist_admin_origin origin,
			     coexist_admin_change_t *change, void *context,
			     struct coexist_document **document_r)
{
	return change_make(admin, scope->key, origin, change, context,
			   document_r) < 0 ? -1 : 0;
}

void coexist_admin_change(struct coexist_admin *admin,
			  const struct coexist_admin_scope *scope,
			  enum coexist_admin_origin origin,
			  coexist_admin_change_t *change, void *context)
{
	struct coexist_store_lock *store_lock;

	if (coexist_admin_change_lock(admin, &store_lock) < 0)
		return;
	change_locked(admin, scope->key, origin, change, context);
	coexist_admin_change_unlock(admin, &store_lock);
}

void coexist_admin_remove(struct coexist_admin *admin,
			  const struct coexist_admin_scope *scope)
{
	struct coexist_store_lock *store_lock;
	const char *text, *error;

	if (coexist_admin_change_lock(admin, &store_lock) < 0)
		return;
	switch (coexist_store_read_text(admin->store, scope->key, &text,
					&error)) {
	case COEXIST_STORE_NOT_FOUND:
		(void)coexist_admin_marker_check(admin);
		break;
	case COEXIST_STORE_FOUND:
	case COEXIST_STORE_GARBAGE:
		document_remove(admin, scope->key);
		break;
	case COEXIST_STORE_FAILED:
		coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
		break;
	}
	coexist_admin_change_unlock(admin, &store_lock);
}

void coexist_admin_mark_store(struct coexist_admin *admin)
{
	struct coexist_store_lock *store_lock;
	const char *user;

	if (coexist_admin_change_lock(admin, &store_lock) < 0)
		return;
	/* who says that the store is as it should be has auth forget what it missed,
	   also if the marker is there */
	admin->store->is_written = TRUE;
	user = reader_get(admin);
	if (prepare(admin, user) == 0 && coexist_admin_marker_make(admin) == 0)
		check_access(admin, user, COEXIST_STORE_KEY_MARKER);
	coexist_admin_change_unlock(admin, &store_lock);
}
