/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_REFUSAL_H
#define COEXIST_OWNER_REFUSAL_H

/* What the owner is told of a choice that can't be made, in the languages that the
   other texts have. */

enum coexist_owner_refusal {
	/* there is no such key, or none that anybody can choose */
	COEXIST_OWNER_REFUSAL_UNKNOWN_KEY,
	/* it is only to be read */
	COEXIST_OWNER_REFUSAL_READ_ONLY,
	/* it is not open to this owner */
	COEXIST_OWNER_REFUSAL_FIXED,
	/* {values} may be chosen */
	COEXIST_OWNER_REFUSAL_VALUE,
	COEXIST_OWNER_REFUSAL_TOO_LONG,
	/* it has to be the only one of its command */
	COEXIST_OWNER_REFUSAL_ALONE,
	/* there is no such session in the journal */
	COEXIST_OWNER_REFUSAL_NO_SESSION,
	/* nothing of the session can be undone any more */
	COEXIST_OWNER_REFUSAL_NOTHING_LEFT,
	/* not all of the session could be undone */
	COEXIST_OWNER_REFUSAL_NOT_ALL,
	/* it is to be set as {values} */
	COEXIST_OWNER_REFUSAL_PLACE,
	/* it could not be stored */
	COEXIST_OWNER_REFUSAL_FAILED,
	COEXIST_OWNER_REFUSAL_COUNT
};

/* Returns the sentence, one line of ASCII on the data stack, in the language or else in
   English. key and values stand for what the sentence names, and may be NULL where it
   does not. */
const char *coexist_owner_refusal_text(enum coexist_owner_refusal refusal,
				       const char *language, const char *key,
				       const char *values);

#endif
