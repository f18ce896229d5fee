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
#include "recheck-query.h"

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

/* A login's fields are its client's, who may be a proxy: nobody but a process of this
   host can look up a user without a mechanism. */
static const char *const *recheck_find(struct auth_request *request)
{
	const char *words;

	if (request->fields.mech_name != NULL)
		return NULL;
	words = auth_fields_find(request->fields.extra_fields,
				 "forward_"COEXIST_RECHECK_FIELD);
	return words == NULL ? NULL :
		(const char *const *)p_strsplit(request->pool, words, ",");
}

bool coexist_login_recheck_says(const struct coexist_login_facts *facts,
				const char *word)
{
	return facts->recheck != NULL && str_array_find(facts->recheck, word);
}

void coexist_login_facts_init(struct coexist_login_facts *facts_r,
			      struct coexist_gate *gate,
			      struct auth_request *request)
{
	facts_r->gate = gate;
	facts_r->request = request;
	facts_r->recheck = recheck_find(request);
	facts_r->protocol = coexist_protocol_find(
		coexist_auth_request_get_protocol(request));
	if (facts_r->protocol == COEXIST_PROTOCOL_IMAP &&
	    (is_webmail(facts_r) ||
	     coexist_login_recheck_says(facts_r, COEXIST_RECHECK_WEBMAIL)))
		facts_r->protocol = COEXIST_PROTOCOL_WEBMAIL;
}

bool coexist_login_is_masters(const struct coexist_login_facts *facts)
{
	return (facts->request->fields.master_user != NULL ||
		coexist_login_recheck_says(facts, COEXIST_RECHECK_MASTER)) &&
		coexist_site_number(&facts->gate->config,
				    COEXIST_SITE_master_bypass) != 0;
}

bool coexist_login_is_exempt(const struct coexist_login_facts *facts)
{
	return facts->protocol == COEXIST_PROTOCOL_OTHER ||
		coexist_login_is_masters(facts);
}

bool coexist_login_is_verified(const struct coexist_gate *gate,
			       const struct auth_request *request)
{
	return coexist_network_match(
		gate->config.texts[COEXIST_SITE_verified_networks],
		&request->fields.real_remote_ip);
}

bool coexist_login_is_relayed(const struct coexist_login_facts *facts)
{
	const struct auth_request_fields *fields = &facts->request->fields;

	return !net_ip_compare(&fields->remote_ip, &fields->real_remote_ip) ||
		!net_ip_compare(&fields->local_ip, &fields->real_local_ip) ||
		fields->remote_port != fields->real_remote_port ||
		fields->local_port != fields->real_local_port;
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
	if (coexist_login_recheck_says(facts, COEXIST_RECHECK_LOCAL))
		return TRUE;
	return coexist_network_match(networks,
				     &facts->request->fields.remote_ip);
}

static bool is_tls(const struct coexist_login_facts *facts)
{
	return coexist_auth_request_is_tls(facts->request) ||
		coexist_login_recheck_says(facts, COEXIST_RECHECK_TLS) ||
		coexist_login_recheck_says(facts, COEXIST_RECHECK_LOCAL);
}

void coexist_login_decide(const struct coexist_login_facts *facts,
			  const struct coexist_policy *policy,
			  struct coexist_decision *decision_r)
{
	const struct coexist_login login = {
		.protocol = facts->protocol,
		.tls = is_tls(facts),
		.today = coexist_day(ioloop_time),
		.in_networks = in_networks,
		.context = (void *)facts
	};

	coexist_policy_decide(policy, &login, decision_r);
}
