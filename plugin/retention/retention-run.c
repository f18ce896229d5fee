/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-run.h. */

#include "lib.h"
#include "retention-run.h"
#include "mail-storage-private.h"

bool coexist_retention_is_stopped(struct coexist_retention *ret)
{
	if (!ret->stopped)
		ret->stopped = ret->is_stopped();
	return ret->stopped;
}

bool coexist_retention_is_moving(const struct coexist_retention *ret)
{
	return ret->action != COEXIST_DELETE_EXPUNGE &&
		ret->action != COEXIST_DELETE_HIDE;
}

void coexist_retention_fail(struct coexist_retention *ret, struct mailbox *box)
{
	const char *error = mailbox_get_last_internal_error(box,
							    &ret->result->error);

	e_error(ret->box->event, "coexist: Can't expire messages: %s", error);
}
