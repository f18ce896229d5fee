/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NETWORK_MATCH_H
#define COEXIST_NETWORK_MATCH_H

struct ip_addr;

/* Returns TRUE if the address lies in one of the networks: addresses or CIDR
   ranges, separated by spaces or commas. IPv4 and IPv4-mapped IPv6 (RFC 4291
   section 2.5.5.2) are the same, in the address as in the list. ip is NULL for
   a client without an address (a UNIX socket), which lies in none. */
bool coexist_network_match(const char *networks, const struct ip_addr *ip);

#endif
