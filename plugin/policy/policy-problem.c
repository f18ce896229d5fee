/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-problem.h. */

#include "policy-problem.h"
#include "policy-key-guess.h"
#include "policy-list.h"

#include <arpa/inet.h>
#include <glib.h>

char *coexist_problem_of_name(const char *name)
{
	const char *guess = coexist_key_guess(name);

	return guess == NULL ? g_strdup("No such key") :
		g_strdup_printf("No such key, did you mean %s?", guess);
}

char *coexist_problem_of_value(const struct coexist_policy_key *key,
			       const char *text)
{
	const char *item;
	size_t length;

	if (!coexist_value_find_bad_item(key, text, &item, &length)) {
		return g_strdup_printf("Not a value of this key, expected %s",
				       key->expected);
	}
	return g_strdup_printf("%.*s: Not an item of this key, expected %s",
			       (int)length, item, key->expected);
}

/* Clears what is behind the prefix. Returns TRUE if there was something. */
static gboolean clear_host(guint8 *address, gsize size, guint64 prefix)
{
	gboolean changed = FALSE;
	gsize i;

	for (i = 0; i < size; i++) {
		guint64 bits = prefix > i * 8 ? MIN(prefix - i * 8, 8) : 0;
		guint8 kept = address[i] & (guint8)(0xff << (8 - bits));

		changed = changed || kept != address[i];
		address[i] = kept;
	}
	return changed;
}

/* Returns what the network is taken as, if it is not as it is written, or NULL. */
static char *network_meant(const char *network)
{
	const char *slash = strchr(network, '/');
	g_autofree char *text = slash == NULL ? NULL :
		g_strndup(network, (gsize)(slash - network));
	guint8 address[sizeof(struct in6_addr)];
	char meant[INET6_ADDRSTRLEN];
	int family = strchr(network, ':') == NULL ? AF_INET : AF_INET6;
	gsize size = family == AF_INET ? sizeof(struct in_addr) :
		sizeof(struct in6_addr);

	if (slash == NULL || inet_pton(family, text, address) != 1 ||
	    !clear_host(address, size, g_ascii_strtoull(slash + 1, NULL, 10)) ||
	    inet_ntop(family, address, meant, sizeof(meant)) == NULL)
		return NULL;
	return g_strconcat(meant, slash, NULL);
}

char *coexist_problem_of_meaning(const struct coexist_policy_key *key,
				 const char *text)
{
	const char *item;
	size_t length;

	if (key->type != COEXIST_TYPE_NETWORKS)
		return NULL;
	while (coexist_list_next(&text, &item, &length)) {
		g_autofree char *network = g_strndup(item, length);
		g_autofree char *meant = network_meant(network);

		if (meant != NULL)
			return g_strdup_printf("%s: Taken as %s", network,
					       meant);
	}
	return NULL;
}
