#ifndef COEXIST_COMPAT_USERDB_H
#define COEXIST_COMPAT_USERDB_H

#include "compat-version.h"

/* How a userdb field says a per cent sign. Dovecot 2.3 expands variables in each
   field that it does not know, and an unknown one ends the session
   (mail_user_expand_plugins_envs() in lib-storage/mail-user.c), so there it is
   doubled. 2.4 leaves the fields alone (config rewrite of 2.4.0). May go with
   2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)
#  define COEXIST_USERDB_PERCENT "%%"
#else
#  define COEXIST_USERDB_PERCENT "%"
#endif

#endif
