/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in last-use.h. */

#include "lib.h"
#include "last-use.h"
#include "net.h"
#include "str.h"

#define IPV6_NETWORK_BYTES 8
/* Longer than any address. */
#define ADDRESS_LENGTH 64

/* Returns FALSE if it is no day, or one after tomorrow. */
static bool day_parse(const char *text, uint64_t today, uint64_t *day_r)
{
	return str_to_uint64(text, day_r) == 0 && *day_r > 0 &&
		*day_r <= today + 1;
}

/* Reads <protocol>=<day>[@<address>]; what is not of this form is passed over. */
static void
item_parse(const char *item, uint64_t today, struct coexist_last_use *use)
{
	const char *name = t_strcut(item, '=');
	const char *value = strchr(item, '=');
	const char *address;
	uint64_t day;
	unsigned int i;

	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
		if (strcmp(coexist_protocol_name(i), name) == 0)
			break;
	}
	if (i == COEXIST_PROTOCOL_OTHER || value == NULL ||
	    !day_parse(t_strcut(++value, '@'), today, &day))
		return;
	address = strchr(value, '@');
	use->protocols[i].day = day;
	if (address != NULL && strlen(++address) <= ADDRESS_LENGTH)
		use->protocols[i].address = address;
}

void coexist_last_use_parse(const char *text, uint64_t today,
			    struct coexist_last_use *use_r)
{
	const char *const *items;
	unsigned int i;

	i_zero(use_r);
	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++)
		use_r->protocols[i].address = "";
	if (text == NULL)
		return;
	items = t_strsplit(text, " ");
	/* an empty text has no items */
	if (items[0] == NULL ||
	    !day_parse(items[0], today, &use_r->since)) {
		use_r->since = 0;
		return;
	}
	for (items++; *items != NULL; items++)
		item_parse(*items, today, use_r);
}

const char *coexist_last_use_format(const struct coexist_last_use *use)
{
	string_t *str = t_str_new(128);
	unsigned int i;

	str_printfa(str, "%"PRIu64, use->since);
	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
		const struct coexist_protocol_use *one = &use->protocols[i];

		if (one->day == 0)
			continue;
		str_printfa(str, " %s=%"PRIu64, coexist_protocol_name(i),
			    one->day);
		if (*one->address != '\0')
			str_printfa(str, "@%s", one->address);
	}
	return str_c(str);
}

bool coexist_last_use_note(struct coexist_last_use *use,
			   enum coexist_protocol protocol, uint64_t today,
			   const char *address)
{
	struct coexist_protocol_use *one = &use->protocols[protocol];

	if (use->since == 0)
		use->since = today;
	/* another host may have it tomorrow already */
	if (one->day >= today)
		return FALSE;
	one->day = today;
	one->address = address;
	return TRUE;
}

const char *coexist_last_use_address(const struct ip_addr *ip)
{
	struct ip_addr network;

	if (ip == NULL || ip->family == 0)
		return "";
	if (IPADDR_IS_V4(ip) || net_ipv6_mapped_ipv4_convert(ip, &network) == 0)
		return net_ip2addr(IPADDR_IS_V4(ip) ? ip : &network);
	network = *ip;
	memset(PTR_OFFSET(&network.u.ip6, IPV6_NETWORK_BYTES), 0,
	       sizeof(network.u.ip6) - IPV6_NETWORK_BYTES);
	return t_strconcat(net_ip2addr(&network), "/64", NULL);
}
