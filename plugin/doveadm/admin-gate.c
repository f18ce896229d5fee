/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-gate.h. */

#include "lib.h"
#include "admin-gate.h"
#include "doveadm.h"
#include "auth-query.h"
#include "coexist-admin.h"
#include "compat-doveadm.h"
#include "doveconf.h"
#include "gate-query.h"
#include "preflight.h"
#include "switch-state.h"

#include <glib.h>

/* What Dovecot serves unless it is told. */
#define PROTOCOLS "imap pop3 lmtp"

/* The services, and what their keys begin with. */
static const struct service {
	const char *name;
	const char *prefixes[2];
} services[] = {
	{ "imap", { "imap_", "webmail_" } },
	{ "pop3", { "pop3_" } },
	{ "submission", { "submission_", "sent_" } },
	{ "sieve", { "sieve_" } }
};

struct gate_look {
	const struct coexist_admin *admin;
	/* NULL until it is needed, and if it can't be read */
	const struct coexist_doveconf_block *conf;
	/* what auth says of a service: a word of gate-query.h, or NULL if it has
	   no gate */
	const char *word;
};

static bool is_of(const struct service *service, const char *key)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(service->prefixes); i++) {
		if (service->prefixes[i] != NULL &&
		    g_str_has_prefix(key, service->prefixes[i]))
			return TRUE;
	}
	return FALSE;
}

static bool is_named(const struct service *service, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		if (is_of(service, *keys))
			return TRUE;
	}
	return FALSE;
}

/* Returns TRUE if no key is about one service. */
static bool are_for_all(const char *const *keys)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(services); i++) {
		if (is_named(&services[i], keys))
			return FALSE;
	}
	return TRUE;
}

/* Asks when something is wrong only: it is a process that reads all of the
   configuration. */
static bool conf_read(struct gate_look *look)
{
	const char *error;

	if (look->conf == NULL &&
	    coexist_doveconf_read(look->admin->doveconf, &look->conf,
				  &error) < 0) {
		e_debug(look->admin->event,
			"coexist: Can't ask for the gate: %s", error);
	}
	return look->conf != NULL;
}

static bool is_served(struct gate_look *look, const char *service)
{
	const struct coexist_doveconf_block *list;

	if (!conf_read(look))
		return FALSE;
	/* Dovecot 2.4 may have it either way */
	list = coexist_doveconf_find(look->conf->children, "protocols");
	if (list != NULL) {
		return strcmp(coexist_doveconf_get(list, service, "no"),
			      "no") != 0;
	}
	return str_array_find(t_strsplit_spaces(coexist_doveconf_get(
		look->conf, "protocols", PROTOCOLS), " "), service);
}

/* Returns TRUE if there is only a userdb of ours: of that nobody can be asked, and
   sessions decide. */
static bool is_left_to_sessions(const struct gate_look *look)
{
	return look->word == NULL &&
		coexist_preflight_find_passdb(look->conf) == NULL &&
		coexist_preflight_has_gate(look->conf);
}

static const char *remedy(const struct gate_look *look)
{
	if (look->word != NULL) {
		return strcmp(look->word, COEXIST_GATE_QUERY_OPEN) == 0 ?
			"a passdb lets logins in past the gate, and doveadm "
			"coexist preflight says which" :
			"the passdb coexist is for other protocols";
	}
	switch (coexist_switch_state_get(
			coexist_doveconf_folder(look->admin->doveconf))) {
	case COEXIST_SWITCH_OFF:
		return "it is switched off. Run: dovecot-coexist on";
	case COEXIST_SWITCH_NOT_ON:
		return "it is not switched on. Run: dovecot-coexist on";
	case COEXIST_SWITCH_UNUSED:
	case COEXIST_SWITCH_ON:
		break;
	}
	return coexist_preflight_find_passdb(look->conf) == NULL ?
		"there is no gate. Add behind the last passdb: "
		COEXIST_REMEDY_PASSDB", and run: doveadm reload" :
		"Dovecot runs without the gate that is configured. Run: "
		"doveadm reload";
}

/* Returns the first service that is served here and whose logins no gate decides
   about, or NULL. Of keys for all, one gate is enough. */
static const struct service *
find(struct gate_look *look, struct coexist_auth_query *query,
     const char *const *keys)
{
	bool all = are_for_all(keys);
	const struct service *found = NULL;
	const char *word;
	unsigned int i;
	int ret;

	for (i = 0; i < N_ELEMENTS(services); i++) {
		if (!all && !is_named(&services[i], keys))
			continue;
		ret = coexist_auth_query_gate(query, services[i].name, &word);
		if (ret < 0)
			return NULL;
		if (ret > 0 && strcmp(word, COEXIST_GATE_QUERY_NONE) != 0 &&
		    strcmp(word, COEXIST_GATE_QUERY_OPEN) != 0) {
			if (all)
				return NULL;
		} else if (found == NULL &&
			   is_served(look, services[i].name)) {
			found = &services[i];
			look->word = ret == 0 ? NULL : word;
		}
		/* it answers of no service, or of each */
		if (ret == 0 && found != NULL)
			break;
	}
	return found;
}

const char *coexist_admin_gate_fault(const struct coexist_admin *admin,
				     const char *const *keys)
{
	struct gate_look look = { .admin = admin };
	struct coexist_auth_query *query = coexist_auth_query_new(admin->event);
	const struct service *service;

	if (query == NULL)
		return NULL;
	service = find(&look, query, keys);
	coexist_auth_query_free(query);
	if (service == NULL || is_left_to_sessions(&look))
		return NULL;
	return t_strdup_printf("no login by %s obeys it: %s",
			       look.word == NULL ? "any protocol" :
			       service->name, remedy(&look));
}

void coexist_admin_gate_check(const struct coexist_admin *admin,
			      const char *const *keys)
{
	const char *fault;

	if (doveadm_exit_code != 0)
		return;
	fault = coexist_admin_gate_fault(admin, keys);
	if (fault != NULL)
		coexist_admin_fail(admin, EX_CONFIG, "Stored, and %s", fault);
}
