/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_MASTER_H
#define COEXIST_COMPAT_MASTER_H

#include "compat-version.h"
#include "master-service.h"
#include "master-service-settings.h"

/* Returns the folder for what outlives a restart of the machine. Since Dovecot
   2.4.0 the settings of a service are got by another name. */
static inline const char *coexist_compat_state_dir(void)
{
	/* Since 2.4.0: b4abfa7199 "global: Rename master_service_settings_get()
	   to master_service_get_service_settings()". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return master_service_get_service_settings(master_service)->state_dir;
#else
	return master_service_settings_get(master_service)->state_dir;
#endif
}

#endif
