/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_KEYRING_H
#define COEXIST_GATE_KEYRING_H

#include "policy-signature.h"

struct coexist_gate_keyring;
struct coexist_site_config;

/* The keyring of the auth process, which is reloaded when its files have changed,
   and as long as one of them is of no use. */

/* Reads the keys of the configuration, which must outlive this. Returns NULL if
   documents need no signature. error_r, on the data stack, says what could not
   be read, or is NULL: see coexist_site_keyring_read(). */
struct coexist_gate_keyring *
coexist_gate_keyring_new(const struct coexist_site_config *config,
			 const char **error_r);
/* NULL is allowed. */
void coexist_gate_keyring_free(struct coexist_gate_keyring *keyring);

enum coexist_gate_keyring_change {
	COEXIST_GATE_KEYRING_SAME,
	/* The site trusts other keys than before. */
	COEXIST_GATE_KEYRING_OTHERS,
	/* Some of the keys can't be read any more, or something else than before
	   can't. What was known of documents may be true, but is not proved. */
	COEXIST_GATE_KEYRING_LOST
};

/* Looks at the files again, every few seconds. The process that read them first
   may have had more rights than it has now: files that it may not read any more
   leave the keys as they are. error_r as above; now is the time, in seconds. */
enum coexist_gate_keyring_change
coexist_gate_keyring_refresh(struct coexist_gate_keyring *keyring, time_t now,
			     const char **error_r);

/* Returns the keys, until the next refresh. */
const coexist_keyring *
coexist_gate_keyring_get(const struct coexist_gate_keyring *keyring);

#endif
