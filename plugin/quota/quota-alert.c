/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-alert.h. */

#include "lib.h"
#include "quota-alert.h"
#include "alert.h"
#include "notice.h"
#include "quota-notice.h"
#include "quota-text.h"

int coexist_quota_alert_tell(const struct coexist_quota_notice *notice,
			     struct coexist_quota_added *added ATTR_UNUSED)
{
	/* to look into all folders is too much for a line */
	const struct coexist_notice *text =
		coexist_quota_text_make(notice, /*contents=*/NULL);

	return coexist_alert_leave(notice->user,
				   coexist_notice_alert(notice->user, text));
}
