/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in compat-settings-info.h. */

#include "lib.h"
#include "compat-version.h"
#include "compat-settings-info.h"

/* Since 2.4.0: 2dd9beb9ec "config: Rename <plugin>_set_roots symbol to
   <plugin>_set_infos". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)

/* Every key is a string for Dovecot and read by our own parser: a userdb field
   with a typo must not fail the login, and the site's value has to hold. No
   %variables, so that "80 %" in a text is just that. */
#define KEY_DEFINE(name, value_type, default_value, choices, state, help) \
	{ .type = SET_STR_NOVARS, .key = COEXIST_KEY_PREFIX #name, \
	  .offset = offsetof(struct coexist_settings, name) },
const struct setting_define coexist_setting_defines[] = {
	COEXIST_POLICY_KEYS(KEY_DEFINE)
	{ .type = SET_STR_NOVARS, .key = COEXIST_KEY_PREFIX "note_last_use",
	  .offset = offsetof(struct coexist_settings, note_last_use) },
	SETTING_DEFINE_LIST_END
};
_Static_assert(N_ELEMENTS(coexist_setting_defines) == COEXIST_KEY_COUNT + 2,
	       "enum coexist_key is an index into the settings");

#define KEY_DEFAULT(name, value_type, default_value, choices, state, help) \
	.name = "",
static const struct coexist_settings coexist_default_settings = {
	COEXIST_POLICY_KEYS(KEY_DEFAULT)
	.note_last_use = ""
};

const struct setting_parser_info coexist_setting_parser_info = {
	.name = "coexist",

	.defines = coexist_setting_defines,
	.defaults = &coexist_default_settings,

	.struct_size = sizeof(struct coexist_settings),
	.pool_offset1 = 1 + offsetof(struct coexist_settings, pool),
};

#define SITE_DEFINE(name, value_type, default_value, choices, state, help) \
	{ .type = SET_STR_NOVARS, .key = COEXIST_KEY_PREFIX #name, \
	  .offset = offsetof(struct coexist_site_setting_texts, name) },
const struct setting_define coexist_site_setting_defines[] = {
	COEXIST_SITE_SETTINGS(SITE_DEFINE)
	{ .type = SET_FILTER_NAME, .key = COEXIST_STORE_FILTER },
	SETTING_DEFINE_LIST_END
};
/* the filter and the end mark are no site settings */
_Static_assert(N_ELEMENTS(coexist_site_setting_defines) ==
	       COEXIST_SITE_COUNT + 2,
	       "enum coexist_site_setting is an index into the settings");

#define SITE_DEFAULT(name, value_type, default_value, choices, state, help) \
	.name = "",
static const struct coexist_site_setting_texts coexist_site_defaults = {
	COEXIST_SITE_SETTINGS(SITE_DEFAULT)
};

const struct setting_parser_info coexist_site_setting_parser_info = {
	.name = "coexist_site",

	.defines = coexist_site_setting_defines,
	.defaults = &coexist_site_defaults,

	.struct_size = sizeof(struct coexist_site_setting_texts),
	.pool_offset1 = 1 + offsetof(struct coexist_site_setting_texts, pool),
};

const struct setting_parser_info *coexist_settings_set_infos[] = {
	&coexist_setting_parser_info,
	&coexist_site_setting_parser_info,
	NULL
};

#else

const struct setting_parser_info *coexist_settings_set_infos[] = { NULL };

#endif
