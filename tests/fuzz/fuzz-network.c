/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text is a list of networks: what is none contains nothing. Where the list is a
   value of a policy key, a second matcher finds the same. The input is an address, a
   line end, and the list. */

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

/* The second matcher: all addresses as IPv6, IPv4 being mapped. */

#define MAPPED_BITS 96

/* Returns FALSE if it is no address. */
static bool
bytes_parse(const char *text, unsigned char bytes_r[16], bool *is_ip4_r)
{
	static const unsigned char mapped[12] = {
		[10] = 0xff, [11] = 0xff
	};

	*is_ip4_r = inet_pton(AF_INET, text, bytes_r + sizeof(mapped)) == 1;
	if (*is_ip4_r)
		memcpy(bytes_r, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, text, bytes_r) != 1)
		return FALSE;
	else
		*is_ip4_r = memcmp(bytes_r, mapped, sizeof(mapped)) == 0;
	return TRUE;
}

static bool
prefix_equals(const unsigned char *a, const unsigned char *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++) {
		if (((a[i / 8] ^ b[i / 8]) & (0x80 >> (i % 8))) != 0)
			return FALSE;
	}
	return TRUE;
}

static bool item_contains(const char *item, const unsigned char *ip, bool is_ip4)
{
	g_auto(GStrv) parts = g_strsplit(item, "/", 2);
	unsigned char network[16];
	bool is_network4, is_dotted = strchr(parts[0], ':') == NULL;
	unsigned int bits = 128;

	g_assert_true(bytes_parse(parts[0], network, &is_network4));
	if (parts[1] != NULL) {
		bits = (unsigned int)g_ascii_strtoull(parts[1], NULL, 10) +
			(is_dotted ? MAPPED_BITS : 0);
	}
	/* a network of IPv6 that is wider than all of IPv4 has none of it */
	return (!is_ip4 || (is_network4 && bits >= MAPPED_BITS)) &&
		prefix_equals(network, ip, bits);
}

static bool list_contains(const char *networks, const char *address)
{
	const char *item;
	unsigned char ip[16];
	bool is_ip4, found = FALSE;
	size_t length;

	if (!bytes_parse(address, ip, &is_ip4))
		return FALSE;
	while (!found && coexist_list_next(&networks, &item, &length)) {
		g_autofree char *text = g_strndup(item, length);

		found = item_contains(text, ip, is_ip4);
	}
	return found;
}

static void check_value(const char *networks, const char *address, bool contained)
{
	const struct coexist_policy_key *info =
		&coexist_policy_keys[COEXIST_KEY_pop3_networks];
	struct coexist_value value;

	if (coexist_value_parse(info, networks, &value) == COEXIST_VALUE_VALID)
		g_assert_true(list_contains(networks, address) == contained);
}

static void check_list(const char *address, const char *networks)
{
	struct ip_addr ip;
	bool contained;

	if (!address_parse(address, &ip)) {
		i_zero(&ip);
		address = "";
	}
	contained = coexist_network_match(networks, &ip);
	check_value(networks, address, contained);
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
