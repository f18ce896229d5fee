/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_EFFECT_H
#define COEXIST_ADMIN_EFFECT_H

struct coexist_admin;
struct coexist_admin_scope;
struct coexist_document;

/* What comes before a change of a policy is stored: the forecast, the brake, and the
   notices to whom it refuses (change-effect.h). */

#define COEXIST_ADMIN_EFFECT_USAGE "[--dry-run] [--tell]"
#define COEXIST_ADMIN_EFFECT_PARAMS \
	COEXIST_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0), \
	COEXIST_PARAM('t', "tell", CMD_PARAM_BOOL, 0)

/* Returns 0 if the scope's document may become this one, NULL for none, or -1 if
   nothing is to be stored: with --dry-run, after the forecast was printed; else after
   an error was logged and the exit code set. That is so if the change would end more
   than 50 sessions and nobody has said --yes, if it can't be signed, or if with
   --tell no login would obey the keys (admin-gate.h) or not all owners could be
   told. */
int coexist_admin_effect(struct coexist_admin *admin,
			 const struct coexist_admin_scope *scope,
			 const char *const *keys,
			 struct coexist_document *document);

#endif
