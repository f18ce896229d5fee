/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_SIGNATURE_H
#define COEXIST_ADMIN_SIGNATURE_H

#include "site-keyring.h"

struct coexist_admin;

/* Reads the keyring: the public keys that the site trusts. Returns NULL if the
   site does not want signatures. A key file that is of no use is logged and left
   out, as the gate leaves it out. */
coexist_keyring *coexist_admin_keyring_read(const struct coexist_admin *admin);

/* The same for a command that judges signatures. Returns 0, or -1 after the exit
   code was set if the setting names no files: the configuration is at fault then,
   and no document. */
int coexist_admin_keyring_need(const struct coexist_admin *admin,
			       coexist_keyring **keyring_r);

/* Returns 0 if the site's signatures say that the stored document is what one
   of the trusted keys signed, or the site wants none; -1 after an error was
   logged and the exit code set. */
int coexist_admin_check_signature(const struct coexist_admin *admin,
				  const struct coexist_document *document,
				  const char *store_key);

/* Signs the document with the private key that the option "sign-key" names.
   Without the option nothing is done, unless the site wants signatures: that is
   an error. Returns 0, or -1 after an error was logged and the exit code set.
   */
int coexist_admin_sign(const struct coexist_admin *admin,
		       struct coexist_document *document,
		       const char *store_key);

#endif
