/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_JUDGE_H
#define COEXIST_ADMIN_JUDGE_H

#include "admin-scope.h"
#include "admin-sessions.h"

struct coexist_admin_judge;
struct coexist_document;

/* The forecast of what a policy does to open sessions. doveadm does not know all: not
   whether a session is TLS, nor whether it is a master user's. So the sessions decide
   themselves, and this finds whom to tell, for whom to wait, and how many that are. */

enum coexist_admin_verdict {
	/* nothing forbids it */
	COEXIST_ADMIN_STAYS,
	/* by what doveadm knows, it may be forbidden */
	COEXIST_ADMIN_MAY_END,
	COEXIST_ADMIN_ENDS
};

/* Judges by the documents of the store, but for that of the scope: if is_changed, it is
   this one, or none if document is NULL. scope may be NULL, if nothing changes. Free
   it before the admin. */
struct coexist_admin_judge *
coexist_admin_judge_new(struct coexist_admin *admin,
			const struct coexist_admin_scope *scope,
			bool is_changed,
			const struct coexist_document *document);

/* Documents of several scopes that change together. */
struct coexist_admin_changes {
	/* Returns TRUE if the document with the store's key changes, and its new
	   text, or NULL if it goes. */
	bool (*find)(void *context, const char *key, const char **text_r);
	void *context;
};
/* Judges by the documents of the store, but for those. changes outlives the judge. */
struct coexist_admin_judge *
coexist_admin_judge_new_changes(struct coexist_admin *admin,
				const struct coexist_admin_changes *changes);
void coexist_admin_judge_free(struct coexist_admin_judge *judge);

/* Returns the verdict on the session. Sessions of a user one after the other cost
   least. Who would be refused unless the userdb says something else may end where the
   userdb does not answer. */
enum coexist_admin_verdict
coexist_admin_judge_session(struct coexist_admin_judge *judge,
			    const struct coexist_open_session *session);
/* Returns FALSE if the scope's new document says of the keys that decide about logins
   what that in the store says. */
bool
coexist_admin_judge_is_about_logins(const struct coexist_admin_judge *judge);
/* Returns how many users there were for whom the userdb did not answer, and one of
   them. */
unsigned int
coexist_admin_judge_unasked(const struct coexist_admin_judge *judge,
			    const char **user_r);

#endif
