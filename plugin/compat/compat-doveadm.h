/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_DOVEADM_H
#define COEXIST_COMPAT_DOVEADM_H

#include "compat-version.h"
#include "lib-event.h"
#include "auth-master.h"
#include "doveadm.h"
#include "master-service.h"
#include "master-service-settings.h"

/* What must be part of a pop3_uidl_format that is made of GUIDs.
   Since 2.4.0: 37c9d7802a "pop3: Use new var_expand". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define COEXIST_UIDL_GUID "guid"
#else
#define COEXIST_UIDL_GUID "%g"
#endif

/* Returns TRUE if sessions need the settings module in the config process. */
static inline bool coexist_doveadm_needs_settings_module(void)
{
	/* Since 2.4.0: 6ca252574a "lib-storage: Remove plugin settings and
	   related functions". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return TRUE;
#else
	return FALSE;
#endif
}

/* The lines that configure the gate and the store.
   Since 2.4.0: e6414e8bd8 "auth: Remove legacy passdb init and passdb_args
   setting", c80bcd3090 "auth: Remove legacy userdb init and userdb_args
   setting". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define COEXIST_REMEDY_PASSDB \
	"passdb coexist { driver = coexist  skip = unauthenticated }"
#define COEXIST_REMEDY_USERDB "userdb coexist { driver = coexist }"
#define COEXIST_REMEDY_STORE \
	"coexist { dict fs { fs posix { prefix = /var/lib/dovecot-coexist/ } } }"
#else
#define COEXIST_REMEDY_PASSDB \
	"passdb { driver = coexist  skip = unauthenticated  " \
	"args = /etc/dovecot/dovecot-coexist.conf.ext }"
#define COEXIST_REMEDY_USERDB \
	"userdb { driver = coexist  " \
	"args = /etc/dovecot/dovecot-coexist.conf.ext }"
#define COEXIST_REMEDY_STORE \
	"[site] store = fs:posix:prefix=/var/lib/dovecot-coexist/"
#endif

/* Returns a new event for the command's log lines and settings. */
static inline struct event *
coexist_doveadm_event_create(
	const struct doveadm_cmd_context *cctx ATTR_UNUSED)
{
	/* Since 2.4.0: 548097451d "doveadm mail fs: Use the mail_user event for
	   getting fs settings". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return event_create(cctx->set_event);
#else
	return event_create(NULL);
#endif
}

/* Returns the file for coexist_site_config_read(): Dovecot 2.3 names it by
   plugin { coexist_config }, Dovecot 2.4 has none. */
static inline const char *coexist_doveadm_config_path(void)
{
	/* Since 2.4.0: 2d15ed513b "doveadm: Remove unused
	   doveadm_plugin_getenv()". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return "";
#else
	const char *path = doveadm_plugin_getenv("coexist_config");

	return path != NULL && *path != '\0' ? path :
		"/etc/dovecot/dovecot-coexist.conf.ext";
#endif
}

/* Names the protocol of a userdb lookup. */
static inline void
coexist_auth_user_info_set_protocol(struct auth_user_info *info,
				    const char *protocol)
{
	/* Since 2.4.0: 5ede86f763 "lib-auth-client, global: Rename
	   auth_user_info.service to protocol". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	info->protocol = protocol;
#else
	info->service = protocol;
#endif
}

#endif
