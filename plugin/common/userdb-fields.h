#ifndef COEXIST_USERDB_FIELDS_H
#define COEXIST_USERDB_FIELDS_H

#include "coexist/policy-keys.h"

/* The policy that the userdb named for its user: fields coexist_<key>=<value>
   among all the others, as struct mail_user.userdb_fields lists them. */

/* Fields that are no policy keys. */

/* The gate let this login pass. The value begins with a word that says why, if
   not because the policy lets it: whatever would have been refused is only
   logged, or it is a master user's whom the policy does not hold.

   Behind it, and each behind a tab, come the keys from documents that are the
   session's to obey: <key>=<value>, the value escaped as Dovecot does for a tab.
   All of it is one field because each costs Dovecot 2.3 some 20,000
   instructions. */
#define COEXIST_USERDB_FIELD_GATE "gate"
#define COEXIST_USERDB_GATE_PASSED "passed"
#define COEXIST_USERDB_GATE_LOG_ONLY "log-only"
#define COEXIST_USERDB_GATE_EXEMPT "exempt"
/* What the client is told when it comes back too early, with the placeholder
   {seconds}: sessions know English only. */
#define COEXIST_USERDB_FIELD_DELAY_TEXT "login_delay_text"

/* Reads the policy keys into texts, indexed by key. A missing key is NULL; the
   texts point into the fields or are allocated from the pool. Returns the names,
   without coexist_, of those that are no policy key as a NULL-terminated list on
   the data stack. fields may be NULL. */
const char *const *
coexist_userdb_fields_read(pool_t pool, const char *const *fields,
			   const char *texts_r[COEXIST_KEY_COUNT]);

/* Returns TRUE if coexist_<name> is one of the fields that are no policy
   keys. */
bool coexist_userdb_field_is_internal(const char *name);

/* Returns the word with which the gate let the login pass, on the data stack, or
   NULL if there was no gate. fields may be NULL. */
const char *coexist_userdb_fields_get_gate(const char *const *fields);
/* Returns the value of the field, empty if it has none, or NULL if there is no
   such field. fields may be NULL. */
const char *coexist_userdb_fields_find(const char *const *fields,
				       const char *full_name);
/* Returns the value of the field coexist_<name>, empty if it has none, or NULL
   if there is no such field. fields may be NULL. */
const char *coexist_userdb_fields_get(const char *const *fields,
				      const char *name);
/* Returns TRUE if there is such a field. */
static inline bool
coexist_userdb_fields_have(const char *const *fields, const char *name)
{
	return coexist_userdb_fields_get(fields, name) != NULL;
}

#endif
