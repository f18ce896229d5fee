/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_USER_H
#define COEXIST_COMPAT_USER_H

#include "compat-version.h"
#include "mail-user.h"

/* Returns TRUE if the client's connection is TLS, up to whatever proxy it
   came through. */
static inline bool coexist_user_is_tls(const struct mail_user *user)
{
	/* Since 2.4.0: f913e70abb "lib-storage: Rename
	   mail_user_connection_data.ssl_secured to end_client_tls_secured".
	   Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return user->conn.end_client_tls_secured;
#else
	return user->conn.ssl_secured;
#endif
}

#endif
