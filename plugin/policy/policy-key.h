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
	COEXIST_TYPE_INTERVALS,	/* a list of them, without blanks */
	COEXIST_TYPE_DATE,	/* YYYY-MM-DD, or none */
	COEXIST_TYPE_NETWORKS,	/* a list of addresses or CIDR ranges */
	COEXIST_TYPE_PERCENTS,	/* a list of 1..100, with or without % */
	COEXIST_TYPE_SIZE,	/* 0, or a number with a unit from B to T */
	COEXIST_TYPE_SIZES,	/* a list of numbers with a unit from B to T */
	COEXIST_TYPE_MAILBOXES,	/* a list of mailbox names and patterns */
	COEXIST_TYPE_PATHS,	/* a list of absolute file names */
	COEXIST_TYPE_KEYS,	/* a list of openable keys, or none */
	COEXIST_TYPE_BOUNDS,	/* what an owner may choose: policy-bounds.h */
	COEXIST_TYPE_LANGUAGE,	/* a language tag such as es or pt-BR */
	COEXIST_TYPE_TEXT	/* anything */
};

/* Who obeys a key: the state in the table. */
enum coexist_obeyed {
	COEXIST_OBEYED_GATE,		/* by the gate alone */
	/* by the gate, or by the session of the login where the gate did not
	   decide */
	COEXIST_OBEYED_LOGIN,
	COEXIST_OBEYED_POP3,		/* by a session of POP3 */
	COEXIST_OBEYED_MAILDROP,	/* by it, and by doveadm */
	COEXIST_OBEYED_ENFORCED,	/* by any session */
	COEXIST_OBEYED_DELIVERY		/* by these, and by each delivery */
};

/* Texts are in it and not pointed to: a pointer is a relocation, and a page with
   relocations is each process's own. */
struct coexist_policy_key {
	char name[28];
	enum coexist_type type;
	char default_value[16];
	/* the allowed words separated by spaces, or empty */
	char choices[80];
	/* what a value looks like, a noun phrase for "expected ..." */
	char expected[96];
	char help[240];
	enum coexist_obeyed obeyed;
};

/* Indexed by enum coexist_key. */
extern const struct coexist_policy_key
	coexist_policy_keys[COEXIST_KEY_COUNT];

/* The site settings have the same syntax. Indexed by enum
   coexist_site_setting. */
extern const struct coexist_policy_key
	coexist_site_settings[COEXIST_SITE_COUNT];

/* Returns true if an item of owner_may_change is COEXIST_MAY_UNDO_WORD. */
bool coexist_openable_is_undo(const char *item, size_t length);

/* The key of each openable one, and the bounds that always hold of it, or "". */
struct coexist_openable_key {
	enum coexist_key key;
	char bounds[24];
};
extern const struct coexist_openable_key
	coexist_openable_keys[COEXIST_OPENABLE_COUNT];

/* Finds the key among those that can be opened to an owner. Returns false and leaves
   *openable_r alone if it is none of them. */
bool coexist_openable_find(enum coexist_key key,
			   enum coexist_openable *openable_r);

/* Finds the key with this name, without the prefix "coexist_". Returns false
   and leaves *key_r alone if there is none. */
bool coexist_key_find(const char *name, enum coexist_key *key_r);
/* The same for a name of so many bytes. */
bool coexist_key_find_length(const char *name, size_t length,
			     enum coexist_key *key_r);
/* The same for a site setting. */
bool coexist_site_setting_find(const char *name,
			       enum coexist_site_setting *setting_r);

/* Returns true for a site setting that sessions obey. On Dovecot 2.3 they read nothing
   but plugin { }. */
bool coexist_site_setting_is_of_sessions(enum coexist_site_setting setting);

#endif
