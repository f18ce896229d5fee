/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_SITE_H
#define COEXIST_COMPAT_SITE_H

#include "compat-version.h"
#include "lib-event.h"
#include "net.h"
#include "coexist/policy-keys.h"
#include "coexist/site-settings.h"

struct event;
struct dict;

/* The line that configures the store.
   Since 2.4.0: ca9d22f000 "lib-dict: Replace dict_init() with a new
   dict_init_auto() API". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define COEXIST_REMEDY_STORE \
	"coexist { dict fs { fs posix { prefix = /var/lib/dovecot-coexist/ } } }"
#else
#define COEXIST_REMEDY_STORE \
	"[site] store = fs:posix:prefix=/var/lib/dovecot-coexist/"
#endif

/* The site's configuration, as the gate and doveadm read it: Dovecot 2.3 knows
   no settings of a plugin outside of mail sessions, so there it is a key file.
   Returns 0 and what is written there, from the pool: the site settings, the
   policy keys for everybody, and what coexist_compat_store_open() wants. NULL
   and empty say nothing. Otherwise -1 and an error that names the file and
   line, or the setting. path is of use on Dovecot 2.3 only. */
int coexist_compat_site_read(pool_t pool, struct event *event,
			     const char *path,
			     const char *site_r[COEXIST_SITE_COUNT],
			     const char *policy_r[COEXIST_KEY_COUNT],
			     const char **store_uri_r, const char **error_r);

/* TRUE if protocol { }, remote { } and local { } hold for the keys there, too, so
   that what is written depends on the login.
   Since 2.4.0: 8b3f1be7c2 "lib-settings: Add settings_root_find() and
   settings_instance_find()", with which auth reads our settings. Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define COEXIST_SITE_HAS_FILTERS TRUE
#else
#define COEXIST_SITE_HAS_FILTERS FALSE
#endif

/* Lets the filters know an address. */
static inline void
coexist_site_event_add_ip(struct event *event, const char *name,
			  const struct ip_addr *ip)
{
	/* Since 2.4.0: f0d3b7fcd1 "lib: Add "ip" type for events and "ip/bits"
	   matching for event filters". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	event_add_ip(event, name, ip);
#else
	event_add_str(event, name, net_ip2addr(ip));
#endif
}

/* Reads the policy keys alone, where COEXIST_SITE_HAS_FILTERS: as they hold for what
   the event has as protocol, local_ip, remote_ip and local_name. */
int coexist_compat_site_policy_read(pool_t pool, struct event *event,
				    const char *policy_r[COEXIST_KEY_COUNT],
				    const char **error_r);

/* Returns 1, 0 and an error if no store is configured, or -1 and an error. */
int coexist_compat_store_open(struct event *event, const char *store_uri,
			      struct dict **dict_r, const char **error_r);

/* Returns the prefix of a store fs:posix, on the data stack, or NULL if it is
   another one. */
const char *coexist_compat_store_files(struct event *event,
				       const char *store_uri);

#endif
