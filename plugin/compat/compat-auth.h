/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_AUTH_H
#define COEXIST_COMPAT_AUTH_H

#include "compat-version.h"
#include "auth.h"
#include "auth-request.h"
#include "passdb.h"
#include "userdb.h"

/* The auth process. Write for Dovecot 2.4.5: drivers are set up with an event
   and may fail with an error; args is what only Dovecot 2.3 has, where it is
   the name of the configuration file. */

typedef int coexist_passdb_preinit_t(pool_t pool, struct event *event,
				     const char *args,
				     struct passdb_module **module_r,
				     const char **error_r);
typedef int coexist_userdb_preinit_t(pool_t pool, struct event *event,
				     const char *args,
				     struct userdb_module **module_r,
				     const char **error_r);

/* COEXIST_*_PREINIT(name, preinit) defines the function `name` that Dovecot
   calls, which calls `preinit`.
   Since 2.4.3: 681e836566 "auth: passdb.preinit() - Add passdb_parameters
   parameter", 4786a2edab "auth: userdb.preinit() - Add userdb_parameters
   parameter". Goes with 2.4.1. */
#if DOVECOT_PREREQ(2, 4, 3)

#define COEXIST_PASSDB_PREINIT(name, preinit) \
static int name(pool_t pool, struct event *event, \
		const struct passdb_parameters *params ATTR_UNUSED, \
		struct passdb_module **module_r, const char **error_r) \
{ \
	return preinit(pool, event, "", module_r, error_r); \
}
#define COEXIST_USERDB_PREINIT(name, preinit) \
static int name(pool_t pool, struct event *event, \
		const struct userdb_parameters *params ATTR_UNUSED, \
		struct userdb_module **module_r, const char **error_r) \
{ \
	return preinit(pool, event, "", module_r, error_r); \
}

/* Since 2.4.0: 94f43aa02e "auth: Add passdb_module_interface.preinit() with new
   API", c08bd52c3b "auth: Add userdb_module_interface.preinit() with new API".
   Goes with 2.3. */
#elif DOVECOT_PREREQ(2, 4, 0)

#define COEXIST_PASSDB_PREINIT(name, preinit) \
static int name(pool_t pool, struct event *event, \
		struct passdb_module **module_r, const char **error_r) \
{ \
	return preinit(pool, event, "", module_r, error_r); \
}
#define COEXIST_USERDB_PREINIT(name, preinit) \
static int name(pool_t pool, struct event *event, \
		struct userdb_module **module_r, const char **error_r) \
{ \
	return preinit(pool, event, "", module_r, error_r); \
}

#else

#define COEXIST_PASSDB_PREINIT(name, preinit) \
static struct passdb_module *name(pool_t pool, const char *args) \
{ \
	struct passdb_module *module; \
	const char *error; \
	if (preinit(pool, NULL, args, &module, &error) < 0) \
		i_fatal("passdb coexist: %s", error); \
	return module; \
}
#define COEXIST_USERDB_PREINIT(name, preinit) \
static struct userdb_module *name(pool_t pool, const char *args) \
{ \
	struct userdb_module *module; \
	const char *error; \
	if (preinit(pool, NULL, args, &module, &error) < 0) \
		i_fatal("userdb coexist: %s", error); \
	return module; \
}

#endif

/* Returns the protocol of the login, e.g. "imap", or NULL. */
static inline const char *
coexist_auth_request_get_protocol(const struct auth_request *request)
{
	/* Since 2.4.0: 2191e852e3 "auth: Rename auth_request.service to
	   protocol". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return request->fields.protocol;
#else
	return request->fields.service;
#endif
}

/* Returns TRUE if the client's connection is TLS. A plain connection that
   Dovecot trusts (from this host, say) is not. Postfix and Exim, whose service
   is "smtp", have one word for both and use it for TLS. */
static inline bool
coexist_auth_request_is_tls(const struct auth_request *request)
{
	const char *protocol = coexist_auth_request_get_protocol(request);
	bool is_smtp = protocol != NULL && strcasecmp(protocol, "smtp") == 0;
	/* Since 2.4.0: 9fa8e1ae80 "auth: Rename "secured" variable/enum to
	   "conn_secured"". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	unsigned int secured = request->fields.conn_secured;
	const unsigned int trusted = AUTH_REQUEST_CONN_SECURED;
	const unsigned int tls = AUTH_REQUEST_CONN_SECURED_TLS;
#else
	unsigned int secured = request->fields.secured;
	const unsigned int trusted = AUTH_REQUEST_SECURED;
	const unsigned int tls = AUTH_REQUEST_SECURED_TLS;
#endif

	return secured == tls || (secured == trusted && is_smtp);
}

/* Returns TRUE if the login's mechanism tells its client that the token is not
   valid whenever a passdb refuses the login after it was verified: the client
   would drop a good token. Since Dovecot 2.4.0 the mechanisms verify tokens
   themselves, before passdbs are asked for credentials. */
static inline bool
coexist_auth_request_calls_token_invalid(const struct auth_request *request)
{
	/* Since 2.4.0: cccc0235cf "auth: mech-oauth2 - Validate token in
	   mechanism". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	(void)request;
	return FALSE;
#else
	return strcasecmp(request->fields.mech_name, "XOAUTH2") == 0 ||
		strcasecmp(request->fields.mech_name, "OAUTHBEARER") == 0;
#endif
}

/* Answers a credentials lookup without any credentials. */
static inline void
coexist_auth_credentials_reply(lookup_credentials_callback_t *callback,
			       enum passdb_result result,
			       struct auth_request *request)
{
	/* Since 2.4.5: cbb1ff78ac "auth: Add scheme parameter to
	   lookup_credentials_callback_t". Goes with 2.4.1. */
#if DOVECOT_PREREQ(2, 4, 5)
	callback(result, uchar_empty_ptr, 0, NULL, request);
#else
	callback(result, uchar_empty_ptr, 0, request);
#endif
}

#endif
