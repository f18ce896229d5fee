#ifndef COEXIST_USERDB_TEXTS_H
#define COEXIST_USERDB_TEXTS_H

#include "coexist/policy-keys.h"

struct auth_request;

/* Fills in the values of the fields coexist_<key> that the userdb, or a passdb
   with the prefix userdb_, has named for the request so far; NULL for the
   others. They live in the request's pool. Returns FALSE if there are none. */
bool coexist_userdb_texts_init(struct auth_request *request,
			       const char *texts_r[COEXIST_KEY_COUNT]);

#endif
