/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOVECONF_DATABASE_H
#define COEXIST_DOVECONF_DATABASE_H

#include "doveconf-block.h"

/* A passdb or a userdb, as it is configured. */

/* Returns its driver. Dovecot 2.4 takes the name of the block, if it names
   none. */
const char *
coexist_doveconf_driver(const struct coexist_doveconf_block *db);
/* Returns what the administrator knows it by, e.g. "passdb pam", on the data
   stack. */
const char *
coexist_doveconf_label(const struct coexist_doveconf_block *db);

/* Returns TRUE if the database itself sets the field for everybody: in args,
   default_fields or override_fields of Dovecot 2.3, in fields { } of 2.4. */
bool coexist_doveconf_sets_field(const struct coexist_doveconf_block *db,
				 const char *field);

/* Called for each text by which the database is asked for a user, or that is asked
   for: the query of an SQL database, the filter and the attributes of LDAP, what
   the configuration adds to all users. The name is the setting's. They live for
   the call. */
typedef void
coexist_doveconf_text_t(const struct coexist_doveconf_block *db,
			const char *name, const char *text, void *context);

/* Calls back for those of an SQL or LDAP database. Dovecot 2.3 has them in a file,
   which is named by args: one that can't be read has none. */
void coexist_doveconf_texts(const struct coexist_doveconf_block *db,
			    coexist_doveconf_text_t *callback, void *context);

#endif
