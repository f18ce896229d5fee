/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist explain: would this login pass, which value of which scope
   says so, and what would the client read? */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "ioloop.h"
#include "lib-event.h"
#include "net.h"
#include "str.h"
#include "coexist/day.h"
#include "coexist-admin.h"
#include "admin-networks.h"
#include "admin-policy.h"
#include "admin-print.h"
#include "admin-scope.h"
#include "explain-gate.h"
#include "explain-keys.h"
#include "policy-decision.h"
#include "site-refusal.h"

#include <arpa/inet.h>

/* The login to explain, from the options. */
struct explain {
	struct coexist_admin *admin;
	struct coexist_login login;
	/* without a family if none was named */
	struct ip_addr ip;
	/* NULL for all */
	const char *protocol;
	coexist_refusal_texts *texts;

	/* the decision needed an address and there is none */
	bool address_missing;
};

static bool in_networks(void *context, const char *networks)
{
	struct explain *explain = context;
	int ret = coexist_admin_in_networks(explain->admin,
					    explain->login.protocol,
					    &explain->ip, networks);

	if (ret < 0)
		explain->address_missing = TRUE;
	return ret != 0;
}

/* Dovecot 2.3's net_addr2ip() alone would read 192.0.2 as 192.0.0.2, like
   inet_aton(). */
static bool address_parse(const char *text, struct ip_addr *ip_r)
{
	unsigned char binary[sizeof(struct in6_addr)];

	return (inet_pton(AF_INET, text, binary) == 1 ||
		inet_pton(AF_INET6, text, binary) == 1) &&
		net_addr2ip(text, ip_r) == 0;
}

static int address_read(struct explain *explain)
{
	const char *text = coexist_admin_text(explain->admin->cctx, "ip");

	if (text == NULL || address_parse(text, &explain->ip))
		return 0;
	coexist_admin_fail(explain->admin, EX_USAGE,
			   "--ip %s: Not an IP address", text);
	return -1;
}

static int date_read(struct explain *explain)
{
	const char *text = coexist_admin_text(explain->admin->cctx, "date");
	struct coexist_value value;

	explain->login.today = coexist_day(ioloop_time);
	if (text == NULL)
		return 0;
	if (coexist_value_parse(&coexist_policy_keys[COEXIST_KEY_imap_until],
				text, &value) == COEXIST_VALUE_VALID &&
	    value.number != COEXIST_DATE_NONE) {
		explain->login.today = value.number;
		return 0;
	}
	coexist_admin_fail(explain->admin, EX_USAGE,
			   "--date %s: Expected YYYY-MM-DD", text);
	return -1;
}

static int protocol_read(struct explain *explain)
{
	const char *text = coexist_admin_text(explain->admin->cctx, "protocol");

	if (text == NULL)
		return 0;
	if (strcmp(text, "webmail") == 0) {
		explain->protocol = text;
		return 0;
	}
	explain->protocol =
		coexist_protocol_name(coexist_protocol_find(text));
	if (explain->protocol != NULL)
		return 0;
	coexist_admin_fail(explain->admin, EX_USAGE, "--protocol %s: Expected "
			   "one of: imap pop3 submission sieve webmail", text);
	return -1;
}

/* Prints that the login is refused, and what the client is told, if anything. */
static void
print_refusal(const struct explain *explain, const char *protocol,
	      const char *why, const char *reply)
{
	if (coexist_site_number(&explain->admin->config,
				COEXIST_SITE_log_only) != 0) {
		coexist_explain_row(protocol, "login", "passes", "",
				    t_strconcat(why, ", but log_only is set",
						NULL));
		return;
	}
	coexist_explain_row(protocol, "login", "refused", "", why);
	if (reply != NULL)
		coexist_explain_row(protocol, "reply", reply, "", "");
}

/* Prints the verdict on the login. */
static void
print_verdict(const struct explain *explain,
	      const struct coexist_admin_policy *policy,
	      const struct coexist_decision *decision)
{
	enum coexist_protocol protocol = explain->login.protocol;
	const char *name = coexist_protocol_name(protocol);

	if (decision->refusal != COEXIST_REFUSAL_NONE) {
		const char *key = coexist_policy_keys[decision->key].name;

		print_refusal(explain, name, t_strconcat("by ", key, NULL),
			      coexist_site_refusal(explain->texts,
						   &policy->policy, protocol,
						   /*relayed=*/FALSE, decision));
	} else if (explain->address_missing) {
		coexist_explain_row(name, "login", "unknown", "",
				    "depends on the address (--ip)");
	} else {
		coexist_explain_row(name, "login", "passes", "", "");
	}
}

/* Returns what the client is told, or NULL for Dovecot's own text. */
static const char *
reply_store_failed(const struct explain *explain,
		   const struct coexist_admin_policy *policy)
{
	enum coexist_protocol protocol = explain->login.protocol;

	return protocol == COEXIST_PROTOCOL_SUBMISSION ||
		protocol == COEXIST_PROTOCOL_SIEVE ? NULL :
		coexist_site_refusal_store_failed(explain->texts,
						  &policy->policy, protocol);
}

/* Prints the verdict while a document cannot be gone by. */
static void
print_verdict_store_failed(const struct explain *explain,
			   const struct coexist_admin_policy *policy)
{
	enum coexist_protocol protocol = explain->login.protocol;
	const char *name = coexist_protocol_name(protocol);
	enum coexist_on_store_error action =
		coexist_site_number(&explain->admin->config,
				    COEXIST_SITE_on_store_error);

	switch (action) {
	case COEXIST_ON_STORE_ERROR_LAST_KNOWN:
		coexist_explain_row(name, "login", "unknown", "",
				    "depends on what the gate knew last "
				    "(on_store_error=last-known)");
		break;
	case COEXIST_ON_STORE_ERROR_ALLOW:
		coexist_explain_row(name, "login", "passes", "",
				    "by on_store_error=allow");
		break;
	case COEXIST_ON_STORE_ERROR_TEMPFAIL:
		print_refusal(explain, name, "by on_store_error=tempfail",
			      reply_store_failed(explain, policy));
		break;
	}
}

static void
explain_protocol(struct explain *explain,
		 const struct coexist_admin_policy *policy,
		 enum coexist_protocol protocol)
{
	struct coexist_decision decision;

	explain->login.protocol = protocol;
	explain->address_missing = FALSE;
	coexist_policy_decide(&policy->policy, &explain->login, &decision);
	if (!policy->store_failed) {
		print_verdict(explain, policy, &decision);
	} else {
		print_verdict_store_failed(explain, policy);
		decision.refusal = COEXIST_REFUSAL_NONE;
	}
	coexist_explain_keys(explain->admin, policy, protocol, &decision);
}

static void
explain_policy(struct explain *explain,
	       const struct coexist_admin_policy *policy)
{
	enum coexist_protocol protocol;
	bool webmail = coexist_admin_is_webmail(explain->admin, &explain->ip);

	for (protocol = 0; protocol < COEXIST_PROTOCOL_OTHER; protocol++) {
		const char *name = coexist_protocol_name(protocol);
		bool is_imap = protocol == COEXIST_PROTOCOL_IMAP;

		if (explain->protocol == NULL && !(is_imap && webmail))
			explain_protocol(explain, policy, protocol);
		else if (explain->protocol != NULL &&
			 strcmp(explain->protocol, name) == 0) {
			explain_protocol(explain, policy, is_imap && webmail ?
					 COEXIST_PROTOCOL_WEBMAIL : protocol);
		}
	}
}

/* Without a word about languages that are not installed. */
static coexist_refusal_texts *texts_read(const struct coexist_admin *admin)
{
	struct event *event = event_create(admin->event);
	coexist_refusal_texts *texts;

	event_set_min_log_level(event, LOG_TYPE_WARNING);
	texts = coexist_site_texts_read(&admin->config, event);
	event_unref(&event);
	return texts;
}

static void explain_login(struct explain *explain)
{
	struct coexist_admin *admin = explain->admin;
	struct coexist_admin_scope scope;
	struct coexist_admin_policy policy;

	if (coexist_admin_text(admin->cctx, "user") == NULL) {
		coexist_admin_fail(admin, EX_USAGE, "Expected -u USER");
		return;
	}
	if (address_read(explain) < 0 || date_read(explain) < 0 ||
	    protocol_read(explain) < 0 ||
	    coexist_admin_scope_read(admin, &scope) < 0)
		return;
	if (coexist_admin_policy_read_as_gate(admin, &scope, &policy) == 0) {
		explain_policy(explain, &policy);
		coexist_explain_warn(admin, &scope, explain->protocol);
	}
	coexist_admin_policy_deinit(&policy);
}

static void login_explain(struct coexist_admin *admin)
{
	struct explain explain = {
		.admin = admin,
		.login = {
			.tls = coexist_admin_flag(admin->cctx, "tls"),
			.in_networks = in_networks,
			.context = &explain
		},
		.texts = texts_read(admin)
	};

	explain_login(&explain);
	coexist_refusal_texts_free(explain.texts);
}

/* What POP3 is shown is told by a command for mailboxes, which need not know how it
   was asked. */
static void view_explain(struct doveadm_cmd_context *cctx)
{
	struct doveadm_cmd_param *params;
	int i;

	params = t_new(struct doveadm_cmd_param, (unsigned int)cctx->argc);
	memcpy(params, cctx->argv, sizeof(*params) * (unsigned int)cctx->argc);
	for (i = 0; i < cctx->argc; i++) {
		if (strcmp(params[i].name, "pop3-view") == 0)
			params[i].value_set = FALSE;
	}
	cctx->argv = params;
	doveadm_cmd_ver2_to_mail_cmd_wrapper(cctx);
}

static void cmd_explain(struct doveadm_cmd_context *cctx)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("protocol"),
		COEXIST_TEXT_COLUMN("key"),
		COEXIST_TEXT_COLUMN("value"),
		COEXIST_TEXT_COLUMN("origin"),
		COEXIST_TEXT_COLUMN("result")
	};

	if (coexist_admin_flag(cctx, "pop3-view")) {
		view_explain(cctx);
		return;
	}
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	COEXIST_PRINT_COLUMNS(columns);
	coexist_admin_run(cctx, login_explain);
}

struct doveadm_cmd_ver2 coexist_cmd_explain = {
	.name = "coexist explain",
	.cmd = cmd_explain,
	/* with --pop3-view */
	.mail_cmd = coexist_cmd_view_alloc,
	.usage = "-u USER [--force] [--protocol PROTOCOL] [--ip ADDRESS] "
		"[--tls] [--date YYYY-MM-DD] | -u USER --pop3-view",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_PARAM('u', "user", CMD_PARAM_STR, 0),
		COEXIST_PARAM('\0', "force", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('p', "protocol", CMD_PARAM_STR, 0),
		COEXIST_PARAM('i', "ip", CMD_PARAM_STR, 0),
		COEXIST_PARAM('t', "tls", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('\0', "date", CMD_PARAM_STR, 0),
		COEXIST_PARAM('\0', "pop3-view", CMD_PARAM_BOOL, 0),
		COEXIST_PARAMS_END
	}
};
