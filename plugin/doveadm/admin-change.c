/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-change.h. */

#include "lib.h"
#include "admin-change.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-document.h"
#include "admin-marker.h"
#include "admin-signature.h"
#include "policy-store-admin.h"

static int
lock(const struct coexist_admin *admin, struct coexist_store_lock **lock_r)
{
	const char *error;

	if (coexist_store_lock(doveadm_settings->base_dir, lock_r, &error) == 0)
		return 0;
	coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
	return -1;
}

static void
document_write(const struct coexist_admin *admin, const char *key,
	       struct coexist_document *document)
{
	g_autofree char *text = NULL;
	const char *error;

	if (coexist_admin_sign(admin, document, key) < 0 ||
	    coexist_admin_marker_need(admin) < 0)
		return;
	text = coexist_document_to_text(document);
	if (coexist_store_write_text(admin->store, key, text, &error) < 0)
		coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
}

static void
document_remove(const struct coexist_admin *admin, const char *key)
{
	const char *error;

	/* without it, the gate would not believe that the document is gone */
	if (coexist_admin_marker_need(admin) < 0)
		return;
	if (coexist_store_remove(admin->store, key, &error) < 0)
		coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
}

static void
change_locked(const struct coexist_admin *admin, const char *key,
	      enum coexist_admin_origin origin,
	      coexist_admin_change_t *change, void *context)
{
	g_autoptr(coexist_document) document = NULL;
	int found;

	found = coexist_admin_document_read(admin, key, &document);
	if (found < 0)
		return;
	if (found == 0)
		document = coexist_document_new();
	else if (origin == COEXIST_ADMIN_TRUSTED &&
		 coexist_admin_check_signature(admin, document, key) < 0)
		return;
	if (change(admin, document, context) < 0)
		return;
	if (!coexist_admin_document_is_empty(document))
		document_write(admin, key, document);
	else if (found > 0)
		document_remove(admin, key);
	else
		(void)coexist_admin_marker_check(admin);
}

void coexist_admin_change(struct coexist_admin *admin,
			  const struct coexist_admin_scope *scope,
			  enum coexist_admin_origin origin,
			  coexist_admin_change_t *change, void *context)
{
	struct coexist_store_lock *store_lock;

	if (lock(admin, &store_lock) < 0)
		return;
	change_locked(admin, scope->key, origin, change, context);
	coexist_store_unlock(&store_lock);
}

void coexist_admin_remove(struct coexist_admin *admin,
			  const struct coexist_admin_scope *scope)
{
	struct coexist_store_lock *store_lock;
	const char *text, *error;

	if (lock(admin, &store_lock) < 0)
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
	coexist_store_unlock(&store_lock);
}

void coexist_admin_mark_store(struct coexist_admin *admin)
{
	struct coexist_store_lock *store_lock;

	if (lock(admin, &store_lock) < 0)
		return;
	(void)coexist_admin_marker_make(admin);
	coexist_store_unlock(&store_lock);
}
