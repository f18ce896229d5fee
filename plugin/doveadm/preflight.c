/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in preflight.h. */

#include "lib.h"
#include "preflight.h"
#include "doveadm-print.h"

void coexist_preflight_print(struct coexist_preflight *preflight,
			     const char *check,
			     enum coexist_preflight_status status,
			     const char *remedy)
{
	static const char *const names[] = {
		[COEXIST_PREFLIGHT_OK] = "ok",
		[COEXIST_PREFLIGHT_NOTE] = "note",
		[COEXIST_PREFLIGHT_WARN] = "warn",
		[COEXIST_PREFLIGHT_FAIL] = "fail"
	};
	_Static_assert(N_ELEMENTS(names) == COEXIST_PREFLIGHT_STATUS_COUNT,
		       "each status has a name");

	doveadm_print(check);
	doveadm_print(names[status]);
	doveadm_print(remedy);
	preflight->worst = I_MAX(preflight->worst, status);
}
