/* See the contract in quota-alert.h. */

#include "lib.h"
#include "quota-alert.h"
#include "alert.h"
#include "quota-notice.h"
#include "quota-text.h"

int coexist_quota_alert_tell(const struct coexist_quota_notice *notice)
{
	struct coexist_quota_text text;

	/* to look into all folders is too much for a line */
	coexist_quota_text_init(&text, notice, /*contents=*/NULL);
	return coexist_alert_leave(notice->user,
				   coexist_notice_alert(notice->user,
							&text.notice));
}
