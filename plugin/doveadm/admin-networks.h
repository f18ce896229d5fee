/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_NETWORKS_H
#define COEXIST_ADMIN_NETWORKS_H

#include "policy-decision.h"

struct coexist_admin;
struct ip_addr;

/* The networks of a login, as the gate compares them (login-facts.h), for commands that
   know a protocol and perhaps an address. An address without a family is one that is
   not known. */

/* Returns TRUE if the address is webmail's: an IMAP login from there is webmail for the
   gate. */
bool coexist_admin_is_webmail(const struct coexist_admin *admin,
			      const struct ip_addr *ip);

/* Returns 1 if a login by the protocol from the address lies in the networks, 0 if not,
   -1 if nobody can tell without an address. */
int coexist_admin_in_networks(const struct coexist_admin *admin,
			      enum coexist_protocol protocol,
			      const struct ip_addr *ip, const char *networks);

#endif
