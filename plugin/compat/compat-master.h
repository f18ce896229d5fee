/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_MASTER_H
#define COEXIST_COMPAT_MASTER_H

#include "compat-version.h"
#include "array.h"
#include "master-service-private.h"
#include "master-service-settings.h"

static inline const struct master_service_settings *
coexist_compat_master_settings(void)
{
	/* Since 2.4.0: b4abfa7199 "global: Rename master_service_settings_get()
	   to master_service_get_service_settings()". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return master_service_get_service_settings(master_service);
#else
	return master_service_settings_get(master_service);
#endif
}

/* Returns the folder for what outlives a restart of the machine. */
static inline const char *coexist_compat_state_dir(void)
{
	return coexist_compat_master_settings()->state_dir;
}

/* Returns the folder for what goes with a restart of the machine. */
static inline const char *coexist_compat_base_dir(void)
{
	return coexist_compat_master_settings()->base_dir;
}

/* Returns what -o NAME=VALUE of the process's own command line says, the last one if
   there are several, NULL if there is none. Unlike a setting's value, it does not come
   from dovecot.conf or a userdb. 2.3 has plugin/ before the names of modules. All
   versions; 2.3 also has master_service_set_has_config_override(). */
static inline const char *coexist_compat_option_get(const char *name)
{
	const char *option, *found = NULL;
	size_t len = strlen(name);

	if (!array_is_created(&master_service->config_overrides))
		return NULL;
	array_foreach_elem(&master_service->config_overrides, option) {
		if (strncmp(option, "plugin/", 7) == 0)
			option += 7;
		if (strncmp(option, name, len) == 0 && option[len] == '=')
			found = option + len + 1;
	}
	return found;
}

#endif
