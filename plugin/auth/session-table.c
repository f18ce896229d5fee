/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in session-table.h. */

#include "lib.h"
#include "session-table.h"
#include "net.h"
#include "network-match.h"
#include "policy-value.h"

#include <glib.h>

struct user_sessions {
	unsigned int counts[COEXIST_PROTOCOL_OTHER];
	/* of IMAP, an address for each session and a space behind it: which of
	   them are webmail is looked at for few users only */
	GString *imap_addresses;
};

struct coexist_session_table {
	GHashTable *by_user;
};

static void user_sessions_free(void *data)
{
	struct user_sessions *sessions = data;

	if (sessions->imap_addresses != NULL)
		g_string_free(sessions->imap_addresses, TRUE);
	g_free(sessions);
}

struct coexist_session_table *coexist_session_table_new(void)
{
	struct coexist_session_table *table =
		g_new0(struct coexist_session_table, 1);

	table->by_user = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					       user_sessions_free);
	return table;
}

void coexist_session_table_free(struct coexist_session_table *table)
{
	if (table == NULL)
		return;
	g_hash_table_unref(table->by_user);
	g_free(table);
}

void coexist_session_table_add(struct coexist_session_table *table,
			       const char *user, const char *service,
			       const char *address, unsigned int count)
{
	/* a hibernated session is one too */
	enum coexist_protocol protocol = coexist_protocol_find(
		strcmp(service, "imap-hibernate") == 0 ? "imap" : service);
	struct user_sessions *sessions;
	unsigned int i;

	if (protocol == COEXIST_PROTOCOL_OTHER)
		return;
	user = t_str_lcase(user);
	sessions = g_hash_table_lookup(table->by_user, user);
	if (sessions == NULL) {
		sessions = g_new0(struct user_sessions, 1);
		g_hash_table_insert(table->by_user, g_strdup(user), sessions);
	}
	sessions->counts[protocol] += count;
	if (protocol != COEXIST_PROTOCOL_IMAP || *address == '\0')
		return;
	if (sessions->imap_addresses == NULL)
		sessions->imap_addresses = g_string_new(NULL);
	for (i = 0; i < count; i++)
		g_string_append_printf(sessions->imap_addresses, "%s ", address);
}

static unsigned int
webmail_count(const struct user_sessions *sessions, const char *networks)
{
	const char *item, *list;
	unsigned int count = 0;
	size_t length;

	if (sessions->imap_addresses == NULL || *networks == '\0')
		return 0;
	list = sessions->imap_addresses->str;
	while (coexist_list_next(&list, &item, &length)) T_BEGIN {
		struct ip_addr ip;

		if (net_addr2ip(t_strndup(item, length), &ip) == 0 &&
		    coexist_network_match(networks, &ip))
			count++;
	} T_END;
	return count;
}

unsigned int
coexist_session_table_count(const struct coexist_session_table *table,
			    const char *user, enum coexist_protocol protocol,
			    const char *webmail_networks)
{
	const struct user_sessions *sessions =
		g_hash_table_lookup(table->by_user, user);

	if (sessions == NULL)
		return 0;
	switch (protocol) {
	case COEXIST_PROTOCOL_WEBMAIL:
		return webmail_count(sessions, webmail_networks);
	case COEXIST_PROTOCOL_IMAP:
		return sessions->counts[protocol] -
			webmail_count(sessions, webmail_networks);
	case COEXIST_PROTOCOL_POP3:
	case COEXIST_PROTOCOL_SUBMISSION:
	case COEXIST_PROTOCOL_SIEVE:
		return sessions->counts[protocol];
	case COEXIST_PROTOCOL_OTHER:
		break;
	}
	return 0;
}
