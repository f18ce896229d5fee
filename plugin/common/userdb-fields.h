#ifndef COEXIST_USERDB_FIELDS_H
#define COEXIST_USERDB_FIELDS_H

#include "coexist/policy-keys.h"

/* The policy that the userdb named for its user: fields coexist_<key>=<value>
   among all the others, as struct mail_user.userdb_fields lists them. */

/* A field coexist_gate, with any value, says that the gate let this login
   pass. It is no policy key. */
#define COEXIST_USERDB_FIELD_GATE "gate"

/* Reads the policy keys into texts, indexed by key. A missing key is NULL; the
   texts point into the fields. Returns the names, without coexist_, of
   those that are no policy key as a NULL-terminated list on the data stack. fields may be
   NULL. */
const char *const *
coexist_userdb_fields_read(const char *const *fields,
			   const char *texts_r[COEXIST_KEY_COUNT]);

/* Returns TRUE if a field coexist_<name> is there. fields may be NULL. */
bool coexist_userdb_fields_have(const char *const *fields, const char *name);

#endif
