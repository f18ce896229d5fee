/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in time-text.h. */

#include "lib.h"
#include "time-text.h"
#include "iso8601-date.h"

#include <time.h>

const char *coexist_time_text(time_t time)
{
	struct tm *tm = time == 0 ? NULL : gmtime(&time);

	/* INT_MAX means "Z" */
	return tm == NULL || tm->tm_year > 9999 - 1900 ? "" :
		iso8601_date_create_tm(tm, INT_MAX);
}
