/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-undo.h. */

#include "lib.h"
#include "owner-undo.h"
#include "mail-storage-private.h"
#include "owner-values.h"
#include "session-policy.h"
#include "session-undo.h"

static void refuse(struct mailbox *box, enum mail_error error,
		   enum coexist_owner_refusal refusal)
{
	coexist_owner_error_set(box, error, refusal,
		coexist_owner_entry_label(COEXIST_OWNER_ENTRY_UNDO), NULL);
}

int coexist_owner_undo_judge(struct mailbox *box, const char *session,
			     int read_result)
{
	if ((coexist_session_policy_get_open(box->storage->user) &
	     COEXIST_OPENABLE_UNDO) == 0) {
		refuse(box, MAIL_ERROR_PERM, COEXIST_OWNER_REFUSAL_FIXED);
		return -1;
	}
	if (read_result == 0 ||
	    (session != NULL && strlen(session) > COEXIST_OWNER_SESSION_MAX)) {
		refuse(box, MAIL_ERROR_LIMIT, COEXIST_OWNER_REFUSAL_TOO_LONG);
		return -1;
	}
	if (read_result < 0 || session == NULL || *session == '\0') {
		refuse(box, MAIL_ERROR_NOTPOSSIBLE,
		       COEXIST_OWNER_REFUSAL_NO_SESSION);
		return -1;
	}
	return 0;
}

int coexist_owner_undo_run(struct mailbox *box, const char *session)
{
	struct coexist_undo_result result;
	int ret = coexist_undo_run_for_owner(box->storage->user, session,
					     &result);

	if (ret > 0 && result.shown + result.returned + result.unread > 0)
		return 0;
	if (ret > 0) {
		refuse(box, MAIL_ERROR_NOTPOSSIBLE,
		       COEXIST_OWNER_REFUSAL_NOTHING_LEFT);
	} else if (ret == 0) {
		refuse(box, MAIL_ERROR_NOTPOSSIBLE,
		       COEXIST_OWNER_REFUSAL_NO_SESSION);
	} else {
		refuse(box, result.error == MAIL_ERROR_NONE ?
		       MAIL_ERROR_TEMP : result.error,
		       COEXIST_OWNER_REFUSAL_NOT_ALL);
	}
	return -1;
}
