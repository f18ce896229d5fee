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

/* Most addresses lie in the first network, or there is none. */
bool coexist_network_match(const char *networks, const struct ip_addr *ip)
{
	static const char separators[] = ", \t";
	bool found = FALSE;

	if (ip == NULL || ip->family == 0)
		return FALSE;
	networks += strspn(networks, separators);
	while (*networks != '\0' && !found) {
		size_t length = strcspn(networks, separators);

		T_BEGIN {
			found = network_contains(t_strndup(networks, length),
						 ip);
		} T_END;
		networks += length;
		networks += strspn(networks, separators);
	}
	return found;
}
