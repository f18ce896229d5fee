/* See the contract in policy-network.h. */

#include "policy-network.h"
#include "policy-value.h"

#include <string.h>

#define MAPPED_PREFIX_BITS 96

static const guint8 mapped_prefix[MAPPED_PREFIX_BITS / 8] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

GInetAddress *coexist_address_parse(const char *text)
{
	return text == NULL ? NULL : g_inet_address_new_from_string(text);
}

static bool is_mapped(GInetAddress *address)
{
	return g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6 &&
		memcmp(g_inet_address_to_bytes(address), mapped_prefix,
		       sizeof(mapped_prefix)) == 0;
}

/* Returns a reference to the address, or the IPv4 address that it stands
   for. */
static GInetAddress *address_unmap(GInetAddress *address)
{
	const guint8 *bytes = g_inet_address_to_bytes(address);

	if (!is_mapped(address))
		return g_object_ref(address);
	return g_inet_address_new_from_bytes(bytes + sizeof(mapped_prefix),
					     G_SOCKET_FAMILY_IPV4);
}

/* Returns the network's first address. */
static GInetAddress *address_first(GInetAddress *address, unsigned int bits)
{
	guint8 bytes[16];
	size_t i, size = g_inet_address_get_native_size(address);

	memcpy(bytes, g_inet_address_to_bytes(address), size);
	for (i = bits / 8; i < size; i++)
		bytes[i] &= i > bits / 8 ? 0 : (guint8)(0xff00 >> bits % 8);
	return g_inet_address_new_from_bytes(bytes,
			g_inet_address_get_family(address));
}

static GInetAddressMask *
network_new(GInetAddress *address, unsigned int bits)
{
	g_autoptr(GInetAddress) first = NULL;
	GInetAddressMask *network =
		g_inet_address_mask_new(address, bits, NULL);

	if (network != NULL)
		return network;
	/* it wants no bits behind the prefix; few networks have some */
	first = address_first(address, bits);
	return g_inet_address_mask_new(first, bits, NULL);
}

/* Returns NULL if the text is neither an address nor a CIDR range. */
static GInetAddressMask *network_parse(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "/", 2);
	g_autoptr(GInetAddress) address = coexist_address_parse(parts[0]);
	guint64 bits;

	if (address == NULL)
		return NULL;
	bits = 8 * g_inet_address_get_native_size(address);
	if (parts[1] != NULL &&
	    !g_ascii_string_to_unsigned(parts[1], 10, 0, bits, &bits, NULL))
		return NULL;
	if (is_mapped(address) && bits >= MAPPED_PREFIX_BITS) {
		g_autoptr(GInetAddress) mapped = g_steal_pointer(&address);

		address = address_unmap(mapped);
		bits -= MAPPED_PREFIX_BITS;
	}
	return network_new(address, bits);
}

bool coexist_network_list_contains(const char *networks, GInetAddress *address)
{
	g_autoptr(GInetAddress) client = NULL;
	const char *item;
	size_t length;
	bool found = false;

	if (address == NULL)
		return false;
	client = address_unmap(address);
	while (!found && coexist_list_next(&networks, &item, &length)) {
		g_autofree char *text = g_strndup(item, length);
		g_autoptr(GInetAddressMask) network = network_parse(text);

		found = network != NULL &&
			g_inet_address_mask_matches(network, client);
	}
	return found;
}
