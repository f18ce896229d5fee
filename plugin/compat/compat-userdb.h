/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_USERDB_H
#define COEXIST_COMPAT_USERDB_H

#include "compat-version.h"

/* A per cent sign, as a userdb field says it. Dovecot 2.3 expands variables in
   each field that it does not know, and an unknown variable ends the session
   (mail_user_expand_plugins_envs() in lib-storage/mail-user.c), so the sign is
   doubled there. Dovecot 2.4 leaves the fields alone.
   Since 2.4.0: 6ca252574a "lib-storage: Remove plugin settings and related
   functions". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)
#  define COEXIST_USERDB_PERCENT "%%"
#else
#  define COEXIST_USERDB_PERCENT "%"
#endif

#endif
