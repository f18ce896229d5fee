/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_MASTER_H
#define COEXIST_COMPAT_MASTER_H

#include "compat-version.h"
#include "master-service.h"
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

#endif
