/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-amount.h. */

#include "lib.h"
#include "quota-amount.h"

const char *coexist_quota_size_format(uint64_t size)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	unsigned int i;

	/* two digits at least, so that no decimal point is needed */
	for (i = 0; size >= 10 * 1024 && i + 1 < N_ELEMENTS(units); i++)
		size /= 1024;
	return t_strdup_printf("%"PRIu64" %s", size, units[i]);
}

const char *
coexist_quota_amount_format(enum coexist_quota_resource resource,
			    uint64_t amount)
{
	return resource == COEXIST_QUOTA_STORAGE ?
		coexist_quota_size_format(amount) :
		dec2str(amount);
}
