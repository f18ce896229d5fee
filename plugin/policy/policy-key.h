/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_KEY_H
#define COEXIST_POLICY_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "coexist/policy-keys.h"
#include "coexist/site-settings.h"

/* The tables of policy keys and of site settings at run time. Plain C without
   allocations, because the session processes use them too. */

/* The administrator's text must fit a POP3 reply line with room to spare
   (RFC 2449 section 4: 512 octets). */
#define COEXIST_TEXT_MAX_LENGTH 400

enum coexist_type {
	COEXIST_TYPE_ACCESS,	/* a choice in which "suspend" always holds */
	COEXIST_TYPE_CHOICE,	/* one of the choices */
	COEXIST_TYPE_CHOICES,	/* a list of them */
	COEXIST_TYPE_FLAG,	/* yes or no */
	COEXIST_TYPE_NUMBER,	/* 0..4294967295 */
	COEXIST_TYPE_INTERVAL,	/* a number and a unit from s to weeks */
	COEXIST_TYPE_DATE,	/* YYYY-MM-DD, or none */
	COEXIST_TYPE_NETWORKS,	/* a list of addresses or CIDR ranges */
	COEXIST_TYPE_PERCENTS,	/* a list of 1..100, with or without % */
	COEXIST_TYPE_SIZES,	/* a list of numbers with a unit from B to T */
	COEXIST_TYPE_MAILBOXES,	/* a list of mailbox names and patterns */
	COEXIST_TYPE_PATHS,	/* a list of absolute file names */
	COEXIST_TYPE_LANGUAGE,	/* a language tag such as es or pt-BR */
	COEXIST_TYPE_TEXT	/* anything */
};

/* Who obeys a key: the state in the table. */
enum coexist_obeyed {
	COEXIST_OBEYED_LATER,		/* by nobody yet */
	COEXIST_OBEYED_GATE,		/* by the gate alone */
	/* by the gate, or by the session of the login where the gate did not
	   decide */
	COEXIST_OBEYED_LOGIN,
	COEXIST_OBEYED_POP3,		/* by a session of POP3 */
	COEXIST_OBEYED_ENFORCED		/* by any session */
};

struct coexist_policy_key {
	const char *name;
	enum coexist_type type;
	const char *default_value;
	/* the allowed words separated by spaces, or NULL */
	const char *choices;
	/* what a value looks like, a noun phrase for "expected ..." */
	const char *expected;
	const char *help;
	enum coexist_obeyed obeyed;
};

/* Indexed by enum coexist_key. */
extern const struct coexist_policy_key
	coexist_policy_keys[COEXIST_KEY_COUNT];

/* The site settings have the same syntax. Indexed by enum
   coexist_site_setting. */
extern const struct coexist_policy_key
	coexist_site_settings[COEXIST_SITE_COUNT];

/* Finds the key with this name, without the prefix "coexist_". Returns false
   and leaves *key_r alone if there is none. */
bool coexist_key_find(const char *name, enum coexist_key *key_r);
/* The same for a name of so many bytes. */
bool coexist_key_find_length(const char *name, size_t length,
			     enum coexist_key *key_r);

#endif
