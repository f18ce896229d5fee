/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SETTINGS_MODULE_H
#define COEXIST_SETTINGS_MODULE_H

extern const char *coexist_settings_version;
extern const char *coexist_settings_doveconf_banner;

#endif
