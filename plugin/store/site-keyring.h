/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SITE_KEYRING_H
#define COEXIST_SITE_KEYRING_H

#include "policy-signature.h"

struct coexist_site_config;

/* The public keys that the site trusts, in the files of policy_public_keys. */

/* Returns TRUE if documents need a signature: also where policy_public_keys has
   a value that names no files. */
bool coexist_site_wants_signatures(const struct coexist_site_config *config);

/* Reads the files. Returns the keyring, or NULL if the site wants no signatures.
   What can't be read or is no key leaves an incomplete keyring, and an error on
   the data stack that names the file and what to do; else the error is NULL. */
coexist_keyring *
coexist_site_keyring_read(const struct coexist_site_config *config,
			  const char **error_r);

#endif
