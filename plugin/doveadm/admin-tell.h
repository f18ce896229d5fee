/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_TELL_H
#define COEXIST_ADMIN_TELL_H

#include "admin-kick.h"
#include "admin-scope.h"

struct coexist_admin;
struct coexist_document;

/* Telling open sessions of a change (live-signal.h): whom it concerns, how many that
   ends, and who is still there. */

/* The options of commands that end sessions. confirm is --yes, as it is called over the
   HTTP API. */
#define COEXIST_ADMIN_TELL_USAGE "[--no-wait] [--yes]"
#define COEXIST_ADMIN_TELL_PARAMS \
	COEXIST_PARAM('\0', "no-wait", CMD_PARAM_BOOL, 0), \
	COEXIST_PARAM('y', "yes", CMD_PARAM_BOOL, 0), \
	COEXIST_PARAM('\0', "confirm", CMD_PARAM_BOOL, 0)

/* The brake: returns -1 after an error was logged and the exit code set, if the
   scope's new document, NULL for none, would end more than 50 sessions and nobody
   has said --yes. So it is if nobody can say how many, of more mailboxes than one, and
   the document decides about logins otherwise than that in the store. */
int coexist_admin_tell_brake(struct coexist_admin *admin,
			     const struct coexist_admin_scope *scope,
			     const struct coexist_document *document);
/* The scope's document has changed: tells those sessions that it may end, and waits
   until those are gone that it does end. Prints those that are not. Does nothing
   after an error of the command. */
void coexist_admin_tell(struct coexist_admin *admin,
			const struct coexist_admin_scope *scope);

/* The same for documents that change together, whatever they decide about. */
struct coexist_admin_changes;
int coexist_admin_tell_brake_changes(struct coexist_admin *admin,
				     const struct coexist_admin_changes *changes);
void coexist_admin_tell_changes(struct coexist_admin *admin,
				const struct coexist_admin_changes *changes);

/* Ends those sessions. */
void coexist_admin_kick_sessions(struct coexist_admin *admin,
				 const struct coexist_admin_kick *kick);

#endif
