/* Any text is a list of networks: what is none contains nothing. The input is
   an address, a line end, and the list. */

#include "fuzz.h"

#include "policy-network.h"
#include "policy-value.h"

#include <string.h>

/* IPv4 and IPv4-mapped IPv6 are the same. */
static void
check_mapped(const char *networks, const char *address, bool contained)
{
	g_autofree char *text = g_strconcat("::ffff:", address, NULL);
	g_autoptr(GInetAddress) mapped = coexist_address_parse(text);

	g_assert_true(coexist_network_list_contains(networks, mapped) ==
		      contained);
}

static bool is_mapped(GInetAddress *address)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6 &&
		memcmp(g_inet_address_to_bytes(address), prefix,
		       sizeof(prefix)) == 0;
}

/* Each network of a valid list contains the address that it is named by. Not if
   that is IPv4-mapped: the network may be wider than these. */
static void check_named(const char *networks)
{
	const struct coexist_policy_key *info =
		&coexist_policy_keys[COEXIST_KEY_pop3_networks];
	const char *list = networks, *item;
	struct coexist_value value;
	size_t length;

	if (coexist_value_parse(info, networks, &value) != COEXIST_VALUE_VALID)
		return;
	while (coexist_list_next(&list, &item, &length)) {
		g_autofree char *text = g_strndup(item, length);
		g_autoptr(GInetAddress) address = NULL;

		text[strcspn(text, "/")] = '\0';
		address = coexist_address_parse(text);
		g_assert_nonnull(address);
		g_assert_true(is_mapped(address) ||
			      coexist_network_list_contains(networks,
							    address));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) parts = g_strsplit(text, "\n", 2);
	g_autoptr(GInetAddress) address = NULL;
	bool contained;

	if (parts[0] == NULL || parts[1] == NULL)
		return 0;
	address = coexist_address_parse(parts[0]);
	contained = coexist_network_list_contains(parts[1], address);
	if (address == NULL)
		g_assert_false(contained);
	else if (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV4)
		check_mapped(parts[1], parts[0], contained);
	check_named(parts[1]);
	return 0;
}
