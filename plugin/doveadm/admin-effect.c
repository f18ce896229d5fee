/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-effect.h. */

#include "lib.h"
#include "admin-effect.h"
#include "doveadm.h"
#include "admin-document.h"
#include "admin-gate.h"
#include "admin-scope.h"
#include "admin-signature.h"
#include "admin-tell.h"
#include "change-effect.h"
#include "coexist-admin.h"

/* The forecast knows no document that is none. */
static int
effect_find(struct coexist_admin *admin,
	    const struct coexist_admin_scope *scope,
	    const struct coexist_document *document, bool tell,
	    struct coexist_change_effect *effect_r)
{
	g_autoptr(coexist_document) none = NULL;

	if (document == NULL)
		none = coexist_document_new();
	return coexist_change_effect_find(admin, scope,
					  document == NULL ? none : document,
					  tell, effect_r);
}

/* Prints whom the change would refuse. */
static void forecast(struct coexist_admin *admin,
		     const struct coexist_admin_scope *scope,
		     const struct coexist_document *document)
{
	struct coexist_change_effect effect;
	int ret = effect_find(admin, scope, document, /*tell=*/FALSE, &effect);

	coexist_change_effect_print(&effect);
	if (ret < 0) {
		coexist_admin_fail(admin, EX_TEMPFAIL,
				   "Not all mailboxes could be looked at");
	}
}

/* Tells the owners whom the change will refuse. Nobody is told of what no login will
   obey. */
static int tell(struct coexist_admin *admin,
		const struct coexist_admin_scope *scope,
		const char *const *keys,
		const struct coexist_document *document)
{
	const char *fault = coexist_admin_gate_fault(admin, keys);
	struct coexist_change_effect effect;
	int ret;

	if (fault != NULL) {
		coexist_admin_fail(admin, EX_CONFIG, "Nobody is told and "
				   "nothing stored: %s", fault);
		return -1;
	}
	ret = effect_find(admin, scope, document, /*tell=*/TRUE, &effect);
	coexist_change_effect_log(admin, &effect);
	if (ret < 0) {
		coexist_admin_fail(admin, EX_TEMPFAIL, "Nothing is stored, as "
				   "not all owners could be told: without "
				   "--tell it would be");
	}
	return ret;
}

/* Returns -1 after an error if the changed document could not be signed. */
static int check_signing(struct coexist_admin *admin,
			 const struct coexist_admin_scope *scope,
			 struct coexist_document *document)
{
	return document == NULL || coexist_admin_document_is_empty(document) ?
		0 : coexist_admin_sign(admin, document, scope->key);
}

int coexist_admin_effect(struct coexist_admin *admin,
			 const struct coexist_admin_scope *scope,
			 const char *const *keys,
			 struct coexist_document *document)
{
	bool tells = coexist_admin_flag(admin->cctx, "tell");

	if (tells && coexist_site_number(&admin->config,
					 COEXIST_SITE_log_only) != 0) {
		coexist_admin_fail(admin, EX_CONFIG, "Nobody is told and "
				   "nothing stored: log_only is set, so nobody "
				   "will be refused");
		return -1;
	}
	if (coexist_admin_flag(admin->cctx, "dry-run")) {
		forecast(admin, scope, document);
		return -1;
	}
	/* nobody is told of what is not going to be */
	if (check_signing(admin, scope, document) < 0 ||
	    coexist_admin_tell_brake(admin, scope, document) < 0)
		return -1;
	return tells ? tell(admin, scope, keys, document) : 0;
}
