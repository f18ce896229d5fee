#ifndef COEXIST_POLICY_NETWORK_H
#define COEXIST_POLICY_NETWORK_H

#include <stdbool.h>
#include <gio/gio.h>

/* Returns the address, or NULL if the text, which may be NULL, is none. */
GInetAddress *coexist_address_parse(const char *text);

/* Returns true if the address lies in one of the networks: addresses or CIDR
   ranges, separated by spaces or commas. IPv4 and IPv4-mapped IPv6 (RFC 4291
   section 2.5.5.2) are the same, in the address as in the list. Bits behind the
   prefix are ignored, and so is what is no network. address may be NULL, for a
   client without an address (a UNIX socket), which lies in none. */
bool coexist_network_list_contains(const char *networks,
				   GInetAddress *address);

#endif
