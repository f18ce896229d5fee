/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-print.h. */

#include "lib.h"
#include "admin-print.h"

void coexist_print_columns(const struct coexist_column *columns,
			   unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		doveadm_print_header(columns[i].name, columns[i].name,
				     columns[i].flags);
	}
}
