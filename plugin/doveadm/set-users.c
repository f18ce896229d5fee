/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in set-users.h. */

#include "lib.h"
#include "set-users.h"
#include "doveadm.h"
#include "istream.h"
#include "admin-batch.h"
#include "admin-owner.h"
#include "admin-values.h"
#include "coexist-admin.h"

#define PARAM "user-file"
#define ERRORS_MAX 100

bool coexist_set_users_is_given(const struct coexist_admin *admin)
{
	return coexist_admin_batch_input(admin->cctx, PARAM) != NULL;
}

/* Returns how many errors there were. */
static unsigned int
users_read(struct coexist_admin *admin, struct coexist_admin_batch *batch,
	   struct istream *input)
{
	unsigned int errors = 0, number = 0;
	const char *line;
	int ret;

	while (errors < ERRORS_MAX &&
	       (line = i_stream_read_next_line(input)) != NULL) {
		number++;
		if (*line == '\0')
			continue;
		T_BEGIN {
			ret = coexist_admin_batch_add(batch, number,
				COEXIST_ADMIN_SCOPE_MAILBOX, line,
				NULL /* changed later */);
		} T_END;
		errors += ret < 0 ? 1 : 0;
	}
	if (input->stream_errno != 0) {
		coexist_admin_fail(admin, EX_NOINPUT, "read(%s) failed: %s",
				   i_stream_get_name(input),
				   i_stream_get_error(input));
		errors++;
	}
	return errors;
}

static int
values_set(const struct coexist_admin *admin, struct coexist_document *document,
	   void *context)
{
	return coexist_admin_values_set(admin, document, context);
}

void coexist_set_users(struct coexist_admin *admin, const char *const *values)
{
	struct coexist_admin_batch *batch;
	struct istream *input = coexist_admin_batch_input(admin->cctx, PARAM);

	if (coexist_admin_scope_is_given(admin) ||
	    coexist_admin_owner_is_asked(admin) ||
	    coexist_admin_flag(admin->cctx, "dry-run") ||
	    coexist_admin_flag(admin->cctx, "tell")) {
		coexist_admin_fail(admin, EX_USAGE, "-F is a list of mailboxes: "
				   "there can't be -u, -d, --default, --owner, "
				   "--dry-run or --tell");
		return;
	}
	batch = coexist_admin_batch_new(admin,
		coexist_admin_batch_input_name(admin, input));
	if (users_read(admin, batch, input) > 0) {
		coexist_admin_fail(admin, doveadm_exit_code,
				   "Nothing was changed");
	} else if (coexist_admin_batch_count(batch) == 0) {
		coexist_admin_fail(admin, EX_DATAERR, "%s names no mailbox",
				   i_stream_get_name(input));
	} else {
		coexist_admin_values_warn(admin, values);
		coexist_admin_batch_store(batch, values, values_set,
					  (void *)values);
	}
	coexist_admin_batch_free(batch);
}
