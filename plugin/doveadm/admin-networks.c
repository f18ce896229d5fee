/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-networks.h. */

#include "lib.h"
#include "admin-networks.h"
#include "net.h"
#include "coexist-admin.h"
#include "network-match.h"

static const char *webmail_networks(const struct coexist_admin *admin)
{
	return admin->config.texts[COEXIST_SITE_webmail_networks];
}

bool coexist_admin_is_webmail(const struct coexist_admin *admin,
			      const struct ip_addr *ip)
{
	return coexist_network_match(webmail_networks(admin), ip);
}

/* The site's own line, which Dovecot 2.4 has for the setting and the key, names the
   hosts of webmail; the address is the person's. */
int coexist_admin_in_networks(const struct coexist_admin *admin,
			      enum coexist_protocol protocol,
			      const struct ip_addr *ip, const char *networks)
{
	if (protocol == COEXIST_PROTOCOL_WEBMAIL &&
	    strcmp(networks, webmail_networks(admin)) == 0)
		return 1;
	if (ip->family == 0)
		return -1;
	return coexist_network_match(networks, ip) ? 1 : 0;
}
