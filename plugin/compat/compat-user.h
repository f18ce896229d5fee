/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_USER_H
#define COEXIST_COMPAT_USER_H

#include "compat-version.h"
#include "ioloop.h"
#include "mail-storage-service.h"
#include "mail-user.h"

/* The parameter of the auth process' look-ups that names the protocol.
   Since 2.4.0: d283c09a2e "lib-auth-client, auth: Rename "service" auth field
   to "protocol"". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define COEXIST_AUTH_PROTOCOL "protocol"
#else
#define COEXIST_AUTH_PROTOCOL "service"
#endif

/* Auth dies if who has asked it for a user is gone when the userdb answers.
   Since 2.4.0: 7a8cd50229 "auth: Use connection API with auth_master_connection", by
   which user_callback() writes to an output that is freed by then. Until 2.4.3:
   95512b697f "lib: connection API - Always have iostreams available". Goes with 2.4.1. */
#if DOVECOT_PREREQ(2, 4, 0) && !DOVECOT_PREREQ(2, 4, 3)
#define COEXIST_AUTH_NEEDS_WHO_ASKED 1
#else
#define COEXIST_AUTH_NEEDS_WHO_ASKED 0
#endif

/* Has the log and the events name this user, in a process of several. To be called
   from a callback of the ioloop, which ends that. */
static inline void coexist_user_activate(struct mail_user *user)
{
	struct ioloop_context *context =
		io_loop_get_current_context(current_ioloop);

	if (context != NULL)
		io_loop_context_deactivate(context);
	/* Since 2.4.0: b453b75b0c "lib-storage, global: Rename mail_user._service_user
	   to service_user". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	mail_storage_service_io_activate_user(user->service_user);
#else
	mail_storage_service_io_activate_user(user->_service_user);
#endif
}

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

/* The same of a session that may have slept: a hibernated one wakes up without
   knowing (all versions: imap-hibernate takes no word of it along), and whatever it
   was when it was let in, it still is. */
static inline bool coexist_user_was_tls(const struct mail_user *user)
{
	return coexist_user_is_tls(user) || user->session_restored;
}

#endif
