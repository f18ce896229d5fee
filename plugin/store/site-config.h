/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SITE_CONFIG_H
#define COEXIST_SITE_CONFIG_H

#include "policy-value.h"

struct event;
struct dict;

/* The configuration of the gate and of doveadm: the site settings, the
   policy keys that dovecot.conf names for everybody, and the store. */
struct coexist_site_config {
	/* valid, or the built-in default */
	struct coexist_value values[COEXIST_SITE_COUNT];
	const char *texts[COEXIST_SITE_COUNT];
	/* what the site wrote and is not valid, or NULL */
	const char *unknown[COEXIST_SITE_COUNT];
	/* as the site wrote them; NULL or empty means it did not */
	const char *policy_texts[COEXIST_KEY_COUNT];
	/* Dovecot 2.3: the dict's URI, or NULL. Dovecot 2.4 keeps it in its
	   own settings. */
	const char *store_uri;
};

/* Reads the configuration: on Dovecot 2.3 from the key file at path, on 2.4
   from the settings behind the event. Unknown values count as missing. Returns 0, or -1
   and an error that names the file and line, or the setting. Everything is allocated
   from the pool. */
int coexist_site_config_read(pool_t pool, struct event *event,
			     const char *path,
			     struct coexist_site_config *config_r,
			     const char **error_r);

/* Logs the unknown values. */
void coexist_site_config_warn(const struct coexist_site_config *config,
			      struct event *event);

/* Opens the store's dict: see coexist_store_open(). */
int coexist_site_config_open_store(const struct coexist_site_config *config,
				   struct event *event,
				   struct dict **dict_r, const char **error_r);

/* Returns what the names of the store's files begin with, on the data stack:
   see coexist_store_file_path(). NULL if the store is none of files, or of files
   that Dovecot keeps in another way. */
const char *
coexist_site_config_store_files(const struct coexist_site_config *config,
				struct event *event);

static inline uint64_t
coexist_site_number(const struct coexist_site_config *config,
		    enum coexist_site_setting setting)
{
	return config->values[setting].number;
}

#endif
