/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text is a list of networks: what is none contains nothing. The input is
   an address, a line end, and the list. */

#include "lib.h"
#include "fuzz.h"
#include "net.h"
#include "network-match.h"
#include "policy-value.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

/* As whoever asks the matcher has it: Dovecot 2.3's net_addr2ip() alone takes
   192.0.2 as well. */
static bool address_parse(const char *text, struct ip_addr *ip_r)
{
	unsigned char binary[sizeof(struct in6_addr)];

	return (inet_pton(AF_INET, text, binary) == 1 ||
		inet_pton(AF_INET6, text, binary) == 1) &&
		net_addr2ip(text, ip_r) == 0;
}

/* IPv4 and IPv4-mapped IPv6 are the same. */
static void
check_mapped(const char *networks, const char *address, bool contained)
{
	g_autofree char *text = g_strconcat("::ffff:", address, NULL);
	struct ip_addr mapped;

	g_assert_true(address_parse(text, &mapped));
	g_assert_true(coexist_network_match(networks, &mapped) == contained);
}

/* Each network of a valid list contains the address that it is named by. Not if
   that is IPv4-mapped: the network may be wider than these. */
static void check_named(const char *networks)
{
	const struct coexist_policy_key *info =
		&coexist_policy_keys[COEXIST_KEY_pop3_networks];
	const char *list = networks, *item;
	struct coexist_value value;
	struct ip_addr ip, ip4;
	size_t length;

	if (coexist_value_parse(info, networks, &value) != COEXIST_VALUE_VALID)
		return;
	while (coexist_list_next(&list, &item, &length)) {
		g_autofree char *text = g_strndup(item, length);

		text[strcspn(text, "/")] = '\0';
		g_assert_true(address_parse(text, &ip));
		g_assert_true(net_ipv6_mapped_ipv4_convert(&ip, &ip4) == 0 ||
			      coexist_network_match(networks, &ip));
	}
}

static void check_list(const char *address, const char *networks)
{
	struct ip_addr ip;
	bool contained;

	if (!address_parse(address, &ip))
		i_zero(&ip);
	contained = coexist_network_match(networks, &ip);
	if (ip.family == 0)
		g_assert_false(contained);
	else if (ip.family == AF_INET)
		check_mapped(networks, address, contained);
	check_named(networks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) parts = g_strsplit(text, "\n", 2);

	if (!lib_is_initialized())
		lib_init();
	if (parts[0] == NULL || parts[1] == NULL)
		return 0;
	T_BEGIN {
		check_list(parts[0], parts[1]);
	} T_END;
	return 0;
}
