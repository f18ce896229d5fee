#ifndef COEXIST_ADMIN_SIGNATURE_H
#define COEXIST_ADMIN_SIGNATURE_H

#include "site-keyring.h"

struct coexist_admin;

/* Reads the public keys that the site trusts. Returns the keyring, NULL if the
   site does not want signatures. What is of no use is logged, and missing in
   it, as it is for the gate. */
coexist_keyring *coexist_admin_keyring_read(const struct coexist_admin *admin);

/* The same for who asks whether documents are signed. Returns 0, or -1 after the
   exit code was set if the setting names no files, so that no document can be:
   that is the configuration's fault and not theirs. */
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
