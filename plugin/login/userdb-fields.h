/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_USERDB_FIELDS_H
#define COEXIST_USERDB_FIELDS_H

#include "coexist/policy-keys.h"

/* The fields of a user that an administrator's userdb names: coexist_<key>=<value>
   among all the others, as struct mail_user.userdb_fields lists them. */

/* Fields that are no policy keys, but have the hand-over (policy-handover.h): to
   the session of a login that the gate let pass, and to all others. */
#define COEXIST_USERDB_FIELD_GATE "gate"
#define COEXIST_USERDB_FIELD_POLICY "policy"

/* Returns what a field's value means: a per cent sign is one, however the field
   has to say it, and blanks around it, which columns of a fixed width have, are
   nothing. The value itself or from the pool. */
const char *coexist_userdb_value(pool_t pool, const char *value);

/* Reads the policy keys into texts, indexed by key. A missing key is NULL; the
   texts point into the fields or are allocated from the pool. Returns the names,
   without coexist_, of those that are no policy key as a NULL-terminated list on
   the data stack. fields may be NULL. */
const char *const *
coexist_userdb_fields_read(pool_t pool, const char *const *fields,
			   const char *texts_r[COEXIST_KEY_COUNT]);

/* Returns the value of the field, empty if it has none, or NULL if there is no
   such field. fields may be NULL. */
const char *coexist_userdb_fields_find(const char *const *fields,
				       const char *full_name);
/* Returns the value of the field coexist_<name>, empty if it has none, or NULL
   if there is no such field. fields may be NULL. */
const char *coexist_userdb_fields_get(const char *const *fields,
				      const char *name);
/* Returns TRUE if a field has a name of ours, be it a key or unknown, and is none
   that has the hand-over. fields may be NULL. */
bool coexist_userdb_fields_have_any(const char *const *fields);
#endif
