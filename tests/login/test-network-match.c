/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which address lies in which networks. */

#include "lib.h"
#include "network-match.h"
#include "net.h"

#include <stdbool.h>
#include <stdio.h>

#include "network-rows.h"

static bool row_holds(const struct network_row *row)
{
	struct ip_addr ip;

	if (row->address == NULL) {
		return coexist_network_match(row->networks, NULL) ==
			row->inside;
	}
	return net_addr2ip(row->address, &ip) == 0 &&
		coexist_network_match(row->networks, &ip) == row->inside;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(network_rows); i++) {
		if (row_holds(&network_rows[i]))
			continue;
		printf("%s in %s\n", network_rows[i].address,
		       network_rows[i].networks);
		failed++;
	}
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
