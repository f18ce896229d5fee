/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_AUTH_H
#define COEXIST_COMPAT_AUTH_H

#include "compat-version.h"
#include "str-sanitize.h"
#include "auth.h"
#include "connection.h"
#include "auth-master-connection.h"
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

/* Lets the failure of the request be told without Dovecot's delay. */
static inline void
coexist_auth_request_fail_at_once(struct auth_request *request)
{
	/* Since 2.4.0: 12af539327 "auth: Fix "nodelay" field to work again". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	request->failure_nodelay = TRUE;
#else
	auth_fields_add(request->fields.extra_fields, "nodelay", "", 0);
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

/* TRUE if that is another question than the session's, which only knows whether the
   person's own connection is TLS, as a proxy forwards it (end_client_tls_secured).
   Since 2.4.0: f913e70abb "lib-storage: Rename mail_user_connection_data.ssl_secured
   to end_client_tls_secured". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define COEXIST_TLS_IS_THE_CONNECTIONS TRUE
#else
#define COEXIST_TLS_IS_THE_CONNECTIONS FALSE
#endif

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

/* Gives the request, in which no database is asked, an event whose log lines name
   the user, for authdb_event(). Returns it, or NULL if it has one. It is to be taken
   off, with coexist_auth_event_end(). */
static inline struct event *
coexist_auth_event_begin(struct auth_request *request)
{
	struct event *event = NULL;

	/* Since 2.4.0: 8abf6373e6 "auth: auth-request - Move most of the log
	   prefix to the main request event". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)
	if (array_count(&request->authdb_event) > 0)
		return NULL;
	event = event_create(request->event);
	event_set_append_log_prefix(event, t_strdup_printf(
		"coexist(%s,%s,<%s>): ", str_sanitize(request->fields.user, 64),
		request->fields.remote_ip.family == 0 ? "" :
		net_ip2addr(&request->fields.remote_ip),
		request->fields.session_id == NULL ? "" :
		str_sanitize(request->fields.session_id, 64)));
	array_push_back(&request->authdb_event, &event);
#else
	(void)request;
#endif
	return event;
}
static inline void
coexist_auth_event_end(struct auth_request *request, struct event **event)
{
	if (*event == NULL)
		return;
	array_pop_back(&request->authdb_event);
	event_unref(event);
}

/* Since 2.4.0: f6ff019149 "auth: Change userdb_default_fields and
   userdb_override_fields to be strlist". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)
#include "userdb-template.h"
#endif

/* Makes a copy of a userdb of auth's, with which a look-up goes on, add no defaults: the
   first one has done so, and a second time they would be made of what the first
   time changed. */
static inline void
coexist_auth_userdb_skip_defaults(struct auth *auth, struct auth_userdb *copy)
{
	/* Since 2.4.0: f6ff019149 "auth: Change userdb_default_fields and
	   userdb_override_fields to be strlist". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)
	copy->default_fields_tmpl =
		userdb_template_build(auth->pool, copy->set->driver, "");
#else
	(void)auth;
	(void)copy;
#endif
}

/* Returns the event of the lookup that the request does, or of the mechanism
   where it does none: both have the user in the prefix of the log. */
static inline struct event *
coexist_auth_request_event(const struct auth_request *request)
{
	/* Since 2.4.0: 8abf6373e6 "auth: auth-request - Move most of the log
	   prefix to the main request event". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)
	if (array_count(&request->authdb_event) == 0)
		return request->mech_event;
#endif
	return authdb_event(request);
}

/* The filters of a passdb, which say about which logins it is asked: NULL for
   all. In the pool, or as long as the passdb. */
struct coexist_auth_passdb_filters {
	const char *const *mechanisms;
	const char *const *usernames;
};

static inline void
coexist_auth_passdb_get_filters(const struct auth_passdb *db,
				pool_t pool ATTR_UNUSED,
				struct coexist_auth_passdb_filters *filters_r)
{
	/* Since 2.4.0: 6ee25a56b5 "auth: Rename passdb_mechanisms to
	   passdb_mechanisms_filter". 2.3 has parsed them into another struct in
	   Debian than elsewhere. Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	filters_r->mechanisms = db->mechanisms_filter;
	filters_r->usernames = db->username_filter;
#else
	const struct auth_passdb_settings *set = db->set;

	i_zero(filters_r);
	if (*set->mechanisms != '\0') {
		/* the word "none" matches no mechanism, either */
		filters_r->mechanisms = (const char *const *)
			p_strsplit_spaces(pool, set->mechanisms, " ,");
	}
	if (*set->username_filter != '\0') {
		filters_r->usernames = (const char *const *)
			p_strsplit_spaces(pool, set->username_filter, " ,");
	}
#endif
}

/* COEXIST_AUTH_CREDENTIALS_FILTER(name, filter, super) defines the callback
   `name` of a credentials lookup, which calls that of super(request) with the
   result filter(result, request). coexist_auth_credentials_reply() answers a
   lookup without any credentials.
   Since 2.4.5: cbb1ff78ac "auth: Add scheme parameter to
   lookup_credentials_callback_t". Goes with 2.4.1. */
#if DOVECOT_PREREQ(2, 4, 5)

#define COEXIST_AUTH_CREDENTIALS_FILTER(name, filter, super) \
static void name(enum passdb_result result, const unsigned char *credentials, \
		 size_t size, const char *scheme, \
		 struct auth_request *request) \
{ \
	super(request)(filter(result, request), credentials, size, scheme, \
		       request); \
}

static inline void
coexist_auth_credentials_reply(lookup_credentials_callback_t *callback,
			       enum passdb_result result,
			       struct auth_request *request)
{
	callback(result, uchar_empty_ptr, 0, NULL, request);
}

#else

#define COEXIST_AUTH_CREDENTIALS_FILTER(name, filter, super) \
static void name(enum passdb_result result, const unsigned char *credentials, \
		 size_t size, struct auth_request *request) \
{ \
	super(request)(filter(result, request), credentials, size, request); \
}

static inline void
coexist_auth_credentials_reply(lookup_credentials_callback_t *callback,
			       enum passdb_result result,
			       struct auth_request *request)
{
	callback(result, uchar_empty_ptr, 0, request);
}

#endif

/* Replies to who has asked for a user, if he is still there. */
static inline void
coexist_auth_userdb_reply(userdb_callback_t *callback,
			  enum userdb_result result,
			  struct auth_request *request)
{
	/* Since 2.4.0: 7a8cd50229 "auth: Use connection API with
	   auth_master_connection", by which user_callback() writes to an output
	   that is freed as soon as he is not. It is the callback of requests that
	   no client of a login has made. Until 2.4.3: 95512b697f "lib: connection
	   API - Always have iostreams available". Goes with 2.4.1. */
#if DOVECOT_PREREQ(2, 4, 0) && !DOVECOT_PREREQ(2, 4, 3)
	struct auth_master_connection *conn = request->master;

	if (request->handler == NULL && conn != NULL && conn->destroyed) {
		auth_request_unref(&request);
		auth_master_connection_unref(&conn);
		return;
	}
#endif
	callback(result, request);
}

#endif
