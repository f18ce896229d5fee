/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_DOVEADM_H
#define COEXIST_COMPAT_DOVEADM_H

#include "compat-site.h"
#include "compat-version.h"
#include "lib-event.h"
#include "auth-master.h"
#include "doveadm.h"
#include "master-service.h"
#include "master-service-settings.h"

#include <sys/stat.h>

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

/* The lines that configure the gate, and what is to be done if the
   site's settings can't be read.
   Since 2.4.0: e6414e8bd8 "auth: Remove legacy passdb init and passdb_args
   setting", c80bcd3090 "auth: Remove legacy userdb init and userdb_args
   setting". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define COEXIST_REMEDY_PASSDB "passdb coexist { driver = coexist }"
#define COEXIST_REMEDY_SITE "Mend that, then run: doveadm reload"
#else
#define COEXIST_REMEDY_PASSDB \
	"passdb { driver = coexist  " \
	"args = /etc/dovecot/dovecot-coexist.conf.ext }"
#define COEXIST_REMEDY_SITE \
	"The file needs the place of the store, for example "COEXIST_REMEDY_STORE
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

/* Returns FALSE if the site has no such file, and does not name one: it has never
   configured what is read from it. */
static inline bool coexist_doveadm_has_config(void)
{
	/* Since 2.4.0: 2d15ed513b "doveadm: Remove unused
	   doveadm_plugin_getenv()". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return TRUE;
#else
	const char *path = doveadm_plugin_getenv("coexist_config");
	struct stat st;

	return (path != NULL && *path != '\0') ||
		stat(coexist_doveadm_config_path(), &st) == 0 ||
		errno != ENOENT;
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
