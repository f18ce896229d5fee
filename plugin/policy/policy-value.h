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

#endif
