/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in login-facts.h. */

#include "lib.h"
#include "login-facts.h"
#include "ioloop.h"
#include "net.h"
#include "coexist/day.h"
#include "compat-auth.h"
#include "gate.h"
#include "network-match.h"

static const char *webmail_networks(const struct coexist_gate *gate)
{
	return gate->config.texts[COEXIST_SITE_webmail_networks];
}

/* Returns TRUE if the connection comes from one of the networks, and its client
   says whom it is for but not to which server that one came: so webmail does.
   Proxies (the PROXY protocol, another Dovecot) say both, so that their own
   address may be webmail's without everybody behind them being webmail. */
static bool
is_forwarded_from(const struct auth_request_fields *fields,
		  const char *networks)
{
	return fields->local_port == fields->real_local_port &&
		net_ip_compare(&fields->local_ip, &fields->real_local_ip) &&
		coexist_network_match(networks, &fields->real_remote_ip);
}

static bool is_webmail(const struct coexist_login_facts *facts)
{
	const struct auth_request_fields *fields = &facts->request->fields;
	const char *networks = webmail_networks(facts->gate);

	return *networks != '\0' &&
		(coexist_network_match(networks, &fields->remote_ip) ||
		 is_forwarded_from(fields, networks));
}

void coexist_login_facts_init(struct coexist_login_facts *facts_r,
			      struct coexist_gate *gate,
			      struct auth_request *request)
{
	facts_r->gate = gate;
	facts_r->request = request;
	facts_r->protocol = coexist_protocol_find(
		coexist_auth_request_get_protocol(request));
	if (facts_r->protocol == COEXIST_PROTOCOL_IMAP && is_webmail(facts_r))
		facts_r->protocol = COEXIST_PROTOCOL_WEBMAIL;
}

bool coexist_login_is_exempt(const struct coexist_login_facts *facts)
{
	return facts->protocol == COEXIST_PROTOCOL_OTHER ||
		(facts->request->fields.master_user != NULL &&
		 coexist_site_number(&facts->gate->config,
				     COEXIST_SITE_master_bypass) != 0);
}

bool coexist_login_is_verified(const struct coexist_gate *gate,
			       const struct auth_request *request)
{
	return coexist_network_match(
		gate->config.texts[COEXIST_SITE_verified_networks],
		&request->fields.real_remote_ip);
}

bool coexist_login_has_session(const struct coexist_login_facts *facts)
{
	return strcasecmp(coexist_auth_request_get_protocol(facts->request),
			  "smtp") != 0;
}

/* Anvil knows sessions by the address that was forwarded. */
enum coexist_protocol
coexist_login_anvil_protocol(const struct coexist_login_facts *facts)
{
	return facts->protocol == COEXIST_PROTOCOL_WEBMAIL &&
		!coexist_network_match(webmail_networks(facts->gate),
				       &facts->request->fields.remote_ip) ?
		COEXIST_PROTOCOL_IMAP : facts->protocol;
}

/* Policies name the networks of persons. The site's own line, which is one for
   the setting and the key in Dovecot 2.4, names the hosts of webmail. */
static bool in_networks(void *context, const char *networks)
{
	const struct coexist_login_facts *facts = context;

	if (facts->protocol == COEXIST_PROTOCOL_WEBMAIL &&
	    strcmp(networks, webmail_networks(facts->gate)) == 0)
		return TRUE;
	return coexist_network_match(networks,
				     &facts->request->fields.remote_ip);
}

void coexist_login_decide(const struct coexist_login_facts *facts,
			  const struct coexist_policy *policy,
			  struct coexist_decision *decision_r)
{
	const struct coexist_login login = {
		.protocol = facts->protocol,
		.tls = coexist_auth_request_is_tls(facts->request),
		.today = coexist_day(ioloop_time),
		.in_networks = in_networks,
		.context = (void *)facts
	};

	coexist_policy_decide(policy, &login, decision_r);
}
