/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libcoexist_settings: tells the config process of Dovecot 2.4 which settings
   there are: the list coexist_settings_set_infos, which plugin/compat makes and
   the sessions share. Dovecot 2.3 knows no such list and only prints the
   banner. */

#include "lib.h"
#include "coexist-settings-module.h"

const char *coexist_settings_version = DOVECOT_ABI_VERSION;
const char *coexist_settings_doveconf_banner = "dovecot-coexist "COEXIST_VERSION;
