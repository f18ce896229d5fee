/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_SETTINGS_INFO_H
#define COEXIST_COMPAT_SETTINGS_INFO_H

#include "settings-parser.h"
#include "coexist/policy-keys.h"
#include "coexist/site-settings.h"

/* The block of dovecot.conf that holds the store: coexist { dict ... } */
#define COEXIST_STORE_FILTER "coexist"

/* The settings of Dovecot 2.4, in the order of the policy keys. The config
   process and the sessions must have the same table, so both are made from
   this one. */
struct coexist_settings {
	pool_t pool;
#define COEXIST_KEY_MEMBER(name, value_type, default_value, choices, state, help) \
	const char *name;
	COEXIST_POLICY_KEYS(COEXIST_KEY_MEMBER)
	/* The site setting once more, because each login asks for it and another
	   struct of settings would cost as much as this one. */
	const char *note_last_use;
};

struct coexist_site_setting_texts {
	pool_t pool;
#define COEXIST_SITE_MEMBER(name, value_type, default_value, choices, state, help) \
	const char *name;
	COEXIST_SITE_SETTINGS(COEXIST_SITE_MEMBER)
};

/* Indexed by enum coexist_key, with a site setting and an end mark behind them. */
extern const struct setting_define coexist_setting_defines[];
extern const struct setting_parser_info coexist_setting_parser_info;
/* Indexed by enum coexist_site_setting, likewise. */
extern const struct setting_define coexist_site_setting_defines[];
extern const struct setting_parser_info coexist_site_setting_parser_info;

/* What the settings module exports to the config process of Dovecot 2.4, which
   looks for this name: a NULL-terminated list. Dovecot 2.3 does not. */
extern const struct setting_parser_info *coexist_settings_set_infos[];

#endif
