#ifndef COEXIST_POLICY_VALUE_H
#define COEXIST_POLICY_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coexist/policy-keys.h"
#include "coexist/site-settings.h"

/* The syntax of policy values, the same for a policy document, dovecot.conf
   and a userdb field. Plain C without allocations, because the session
   processes use it too. Letter case does not matter in words and units, nor do
   blanks around a value: columns of a fixed width are padded with them. */

/* Longer values count as unknown. */
#define COEXIST_VALUE_MAX_LENGTH 4096
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

/* What a value says. Lists and texts are not taken apart here: what they
   contain was checked, and coexist_list_next() walks through it. */
struct coexist_value {
	/* CHOICE, ACCESS: the index into the choices. FLAG: 0 or 1.
	   NUMBER: the number. INTERVAL: seconds. DATE: days since 1970-01-01,
	   or COEXIST_DATE_NONE. Otherwise unused. */
	uint64_t number;
};
#define COEXIST_DATE_NONE UINT64_MAX

enum coexist_value_status {
	/* *value_r was set */
	COEXIST_VALUE_VALID,
	/* missing, empty, or a bare "yes" for a key that is not a yes/no key
	   (Dovecot 2.3 turns an empty passwd-file field into that): the wider
	   scope decides */
	COEXIST_VALUE_INHERIT,
	/* not in the syntax of the key: counts as missing, is to be logged */
	COEXIST_VALUE_UNKNOWN
};

/* Reads text, which may be NULL, as a value of the key. *value_r is untouched
   unless the result is COEXIST_VALUE_VALID. */
enum coexist_value_status
coexist_value_parse(const struct coexist_policy_key *key, const char *text,
		    struct coexist_value *value_r);

/* Returns what the key accepts, as a static noun phrase for "expected ...", or
   NULL when the key's choices say it. */
const char *coexist_type_describe(enum coexist_type type);

/* Finds the key with this name, without the prefix "coexist_". Returns false
   and leaves *key_r alone if there is none. */
bool coexist_key_find(const char *name, enum coexist_key *key_r);
/* The same for a name of so many bytes. */
bool coexist_key_find_length(const char *name, size_t length,
			     enum coexist_key *key_r);

/* Walks through a list. *list is moved behind the item; the item is not
   NUL-terminated and lies within the list (without its quotes, if it was
   quoted as mailbox names with spaces are). Returns false at the end. */
bool coexist_list_next(const char **list, const char **item_r,
		       size_t *length_r);

/* Read an item of a list of percents, and of sizes in bytes. Return false and
   leave the number alone if the item is none that such a list may have. */
bool coexist_percent_parse(const char *item, size_t length,
			   uint64_t *percent_r);
bool coexist_size_parse(const char *item, size_t length, uint64_t *size_r);

#endif
