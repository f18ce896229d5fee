/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: the road of copies of sent mail, from Postfix to LMTP. */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"
#include "doveconf.h"
#include "plugin-list.h"
#include "postfix-conf.h"

#define NAME "sent_copy_listener"
#define LISTENER "coexist_"NAME
#define CHECK_QUOTA "lmtp_rcpt_check_quota"
/* a login as good as any other */
#define LOGIN "jo@example.org"

/* Dovecot */

static bool is_listener(const struct coexist_doveconf_block *service)
{
	return strstr(coexist_doveconf_get(service, "executable", ""),
		      LISTENER"=yes") != NULL;
}

/* Returns TRUE if the block, or one in it, has the setting. Dovecot 2.4 prints it in
   a block coexist { }. */
static bool has_setting(const struct coexist_doveconf_block *block)
{
	const struct coexist_doveconf_block *child;
	const char *name = strcmp(block->type, "coexist") == 0 ? NAME : LISTENER;

	if (strcmp(coexist_doveconf_get(block, name, "no"), "no") != 0)
		return TRUE;
	for (child = block->children; child != NULL; child = child->next) {
		if (has_setting(child))
			return TRUE;
	}
	return FALSE;
}

static void
check_everywhere(struct coexist_preflight *preflight,
		 const struct coexist_doveconf_block *conf)
{
	if (!has_setting(conf))
		return;
	coexist_preflight_print(preflight, LISTENER, COEXIST_PREFLIGHT_WARN,
		"It does nothing in dovecot.conf. Remove it: it belongs into the "
		"executable of one LMTP service (doc/sent-mail.md)");
}

static void
check_sockets(struct coexist_preflight *preflight,
	      const struct coexist_doveconf_block *service)
{
	const struct coexist_doveconf_block *socket;

	COEXIST_DOVECONF_FOREACH(socket, service, "unix_listener") {
		const char *mode = coexist_doveconf_get(socket, "mode", "0600");

		if (strtoul(mode, NULL, 8) == 0600)
			continue;
		coexist_preflight_print(preflight, t_strdup_printf(
			"service %s", service->name), COEXIST_PREFLIGHT_WARN,
			t_strdup_printf("The mode of %s is %s: whoever may "
			"connect can put mail into everybody's Sent. Set mode = "
			"0600 and user = postfix", socket->name, mode));
	}
	if (coexist_doveconf_find(service->children, "inet_listener") == NULL)
		return;
	coexist_preflight_print(preflight, t_strdup_printf(
		"service %s", service->name), COEXIST_PREFLIGHT_WARN,
		"It listens on the network: whoever can connect can put mail "
		"into everybody's Sent. Use a unix_listener, or a network that "
		"only Postfix is in");
}

/* Postfix */

/* Returns the table that makes a copy for each login, or NULL. */
static const char *const *
find_copies(const char *service)
{
	const char *value = strstr(service, " = ");
	const char *const *words =
		coexist_postfix_words(value == NULL ? "" : value + 3);

	while (*words != NULL && strcmp(*words, "check_sasl_access") != 0)
		words++;
	return *words == NULL ? NULL : words + 1;
}

/* Returns the address of a login's copy, or NULL. */
static const char *find_address(const char *const **words_r)
{
	const char *const *services =
		coexist_postfix_services("smtpd_data_restrictions");
	const char *action;

	for (; *services != NULL; services++) {
		*words_r = find_copies(*services);
		if (*words_r == NULL)
			continue;
		action = coexist_postfix_look_up(*words_r, LOGIN);
		if (action != NULL && strncasecmp(action, "BCC ", 4) == 0)
			return action + 4;
	}
	return NULL;
}

/* Returns TRUE if the restrictions refuse the address, whoever names it. */
static bool refuses(const char *list, const char *address)
{
	const char *const *words = coexist_postfix_words(list);
	const char *action;

	if (*words == NULL || strcmp(*words, "check_recipient_access") != 0)
		return FALSE;
	action = coexist_postfix_look_up(words + 1, address);
	return action != NULL && strncasecmp(action, "REJECT", 6) == 0;
}

/* Returns what is wrong in a service's own restrictions or those of all, or NULL. */
static const char *find_open(const char *address)
{
	const char *const *services =
		coexist_postfix_services("smtpd_recipient_restrictions");
	const char *value = coexist_postfix_get("smtpd_recipient_restrictions");

	if (value == NULL || !refuses(value, address))
		return "main.cf";
	for (; *services != NULL; services++) {
		value = strstr(*services, " = ");
		if (value != NULL && !refuses(value + 3, address))
			return t_strdup_until(*services, value);
	}
	return NULL;
}

/* Returns TRUE if the listener's socket is where the transport goes. */
static bool
reaches(const struct coexist_doveconf_block *service, const char *transport)
{
	const struct coexist_doveconf_block *socket;
	const char *path = strstr(transport, ":unix:");

	if (path == NULL)
		return strstr(transport, ":inet:") != NULL;
	path += strlen(":unix:");
	if (*path != '/') {
		path = t_strconcat(coexist_postfix_get("queue_directory"), "/",
				   path, NULL);
	}
	COEXIST_DOVECONF_FOREACH(socket, service, "unix_listener") {
		if (strcmp(socket->name, path) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Returns TRUE if the transport tells Dovecot the login. */
static bool names_login(const char *transport, const char *address)
{
	const char *const *services =
		coexist_postfix_services("lmtp_generic_maps");
	const char *begin = t_strconcat(t_strcut(transport, ':'), "/", NULL);
	const char *value, *login;

	for (; *services != NULL; services++) {
		value = strstr(*services, " = ");
		if (value == NULL ||
		    strncmp(*services, begin, strlen(begin)) != 0)
			continue;
		login = coexist_postfix_look_up(
			coexist_postfix_words(value + 3), address);
		return login != NULL && strcmp(login, LOGIN) == 0;
	}
	return FALSE;
}

/* Walks the road with a login. Returns what is wrong, or NULL. */
static const char *
find_gap(const struct coexist_doveconf_block *service)
{
	const char *const *copies;
	const char *address = find_address(&copies), *transport, *open;

	if (address == NULL) {
		return "No service of master.cf has smtpd_data_restrictions = "
			"check_sasl_access with a BCC for the login, so there "
			"are no copies";
	}
	transport = coexist_postfix_look_up(coexist_postfix_words(
		coexist_postfix_get("transport_maps")), address);
	if (transport == NULL || !reaches(service, transport)) {
		return t_strdup_printf("transport_maps does not bring %s to the "
			"service, so each sender is told that a copy could not "
			"be delivered, or it leaves this host", address);
	}
	if (!names_login(transport, address)) {
		return t_strdup_printf("lmtp_generic_maps of the transport %s "
			"does not make %s of %s, so each sender is told that a "
			"copy could not be delivered",
			t_strcut(transport, ':'), LOGIN, address);
	}
	open = find_open(address);
	return open == NULL ? NULL : t_strdup_printf(
		"Who has a password can put mail into everybody's Sent: %s is "
		"not refused by the first of smtpd_recipient_restrictions (%s)",
		address, open);
}

static void
check_postfix(struct coexist_preflight *preflight,
	      const struct coexist_doveconf_block *service)
{
	const char *gap;

	if (coexist_postfix_get("queue_directory") == NULL) {
		coexist_preflight_print(preflight, "sent copies by Postfix",
			COEXIST_PREFLIGHT_NOTE, "There is no Postfix on this "
			"host: its side was not looked at");
		return;
	}
	gap = find_gap(service);
	coexist_preflight_print(preflight, "sent copies by Postfix",
		gap == NULL ? COEXIST_PREFLIGHT_OK : COEXIST_PREFLIGHT_WARN,
		gap == NULL ? "" : t_strconcat(gap, " (doc/sent-mail.md)", NULL));
}

static void
check_module(struct coexist_preflight *preflight,
	     const struct coexist_doveconf_block *conf,
	     const struct coexist_doveconf_block *service)
{
	if (str_array_find(coexist_plugin_list_get(conf, "lmtp"), "coexist"))
		return;
	coexist_preflight_print(preflight, t_strdup_printf(
		"service %s", service->name), COEXIST_PREFLIGHT_FAIL,
		"The copies of sent mail go to INBOX. Add to the mail_plugins of "
		"protocol lmtp: coexist");
}

/* Returns TRUE if LMTP refuses recipients whose mailbox is full, before we are asked. */
static bool checks_quota(const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *protocol;

	COEXIST_DOVECONF_FOREACH(protocol, conf, "protocol") {
		if (strcmp(protocol->name, "lmtp") == 0 &&
		    strcmp(coexist_doveconf_get(protocol, CHECK_QUOTA, "no"),
			   "no") != 0)
			return TRUE;
	}
	return strcmp(coexist_doveconf_get(conf, CHECK_QUOTA, "no"), "no") != 0;
}

static void
check_quota(struct coexist_preflight *preflight,
	    const struct coexist_doveconf_block *conf,
	    const struct coexist_doveconf_block *service)
{
	const char *executable =
		coexist_doveconf_get(service, "executable", "");

	if (!checks_quota(conf) ||
	    strstr(executable, CHECK_QUOTA"=no") != NULL)
		return;
	coexist_preflight_print(preflight, t_strdup_printf(
		"service %s, "CHECK_QUOTA, service->name),
		COEXIST_PREFLIGHT_WARN, "Who sends from a mailbox that is full "
		"reads that the copy was refused. Add to the executable: "
		"-o "CHECK_QUOTA"=no (doc/sent-mail.md)");
}

void coexist_preflight_sent(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *service;

	check_everywhere(preflight, conf);
	COEXIST_DOVECONF_FOREACH(service, conf, "service") {
		if (!is_listener(service))
			continue;
		check_module(preflight, conf, service);
		check_sockets(preflight, service);
		check_quota(preflight, conf, service);
		check_postfix(preflight, service);
	}
}
