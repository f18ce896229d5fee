/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in network-match.h. */

#include "lib.h"
#include "network-match.h"
#include "net.h"
#include "strfuncs.h"

#define MAPPED_PREFIX_BITS 96

static bool
network_contains(const char *network, const struct ip_addr *ip)
{
	struct ip_addr net_ip, net_ip4;
	unsigned int bits;

	if (net_parse_range(network, &net_ip, &bits) < 0)
		return FALSE;
	/* net_is_in_network() unmaps only the client's address */
	if (bits >= MAPPED_PREFIX_BITS &&
	    net_ipv6_mapped_ipv4_convert(&net_ip, &net_ip4) == 0) {
		net_ip = net_ip4;
		bits -= MAPPED_PREFIX_BITS;
	}
	return net_is_in_network(ip, &net_ip, bits);
}

bool coexist_network_match(const char *networks, const struct ip_addr *ip)
{
	const char *const *network;
	bool found = FALSE;

	if (ip == NULL || ip->family == 0)
		return FALSE;
	T_BEGIN {
		network = t_strsplit_spaces(networks, ", \t");
		for (; *network != NULL && !found; network++)
			found = network_contains(*network, ip);
	} T_END;
	return found;
}
