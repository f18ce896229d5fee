/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_VALUE_H
#define COEXIST_POLICY_VALUE_H

#include <stdint.h>

#include "policy-key.h"
#include "policy-list.h"

/* The syntax of policy values, the same for a policy document, dovecot.conf
   and a userdb field. Plain C without allocations, because the session
   processes use it too. Letter case does not matter in words and units, nor do
   blanks around a value: columns of a fixed width are padded with them. */

/* Longer values count as unknown. */
#define COEXIST_VALUE_MAX_LENGTH 4096

/* What a value says. Lists and texts are not taken apart here: what they
   contain was checked, and coexist_list_next() walks through it. */
struct coexist_value {
	/* CHOICE, ACCESS: the index into the choices, that of deny also for 0,
	   n, no, off, false and f. FLAG: 0 or 1.
	   NUMBER: the number. SIZE: bytes. INTERVAL: seconds. DATE: days since 1970-01-01,
	   or COEXIST_DATE_NONE. KEYS: 1 << enum coexist_openable for each, 0 for
	   none. Otherwise unused. */
	uint64_t number;
};
#define COEXIST_DATE_NONE UINT64_MAX

enum coexist_value_status {
	/* *value_r was set */
	COEXIST_VALUE_VALID,
	/* missing or empty: the wider scope decides */
	COEXIST_VALUE_INHERIT,
	/* a bare "yes" for a key that is not a yes/no key; of an ACCESS also 1,
	   y, on, true and t. In a userdb, where Dovecot 2.3 turns an empty
	   passwd-file field into yes, and where the column of a panel says so for
	   nearly everybody, that is as good as missing. Elsewhere it means
	   nothing, and is to be logged as an unknown value is. */
	COEXIST_VALUE_YES,
	/* not in the syntax of the key: counts as missing, is to be logged */
	COEXIST_VALUE_UNKNOWN
};

/* Reads text, which may be NULL, as a value of the key. *value_r is untouched
   unless the result is COEXIST_VALUE_VALID. */
enum coexist_value_status
coexist_value_parse(const struct coexist_policy_key *key, const char *text,
		    struct coexist_value *value_r);

/* Finds the first item of a list that is none of its key. Returns false if the key
   has no lists, or no item is wrong by itself. The item lies within the text and is
   not NUL-terminated. */
bool coexist_value_find_bad_item(const struct coexist_policy_key *key,
				 const char *text, const char **item_r,
				 size_t *length_r);

#endif
