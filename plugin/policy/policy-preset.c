/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-preset.h. */

#include "policy-preset.h"

#include "policy-value.h"

/* Stands for the key's built-in default. */
static const char stock[] = "";

#define PRESET(key, text) [COEXIST_KEY_##key] = text

static const char *const presets[COEXIST_PRESET_COUNT][COEXIST_KEY_COUNT] = {
	/* Everything that a session does as stock Dovecot does it. Who may log
	   in, from where and until when is not a preset's to say, nor are
	   languages and texts. */
	[COEXIST_PRESET_CLASSIC] = {
		PRESET(pop3_mark_read, stock),
		PRESET(pop3_mark_read_days, stock),
		PRESET(pop3_mark_downloaded, stock),
		PRESET(pop3_fetcher_networks, stock),
		PRESET(pop3_delete, stock),
		PRESET(pop3_delete_limit, stock),
		PRESET(pop3_keep_days, stock),
		PRESET(pop3_show, stock),
		PRESET(pop3_show_days, stock),
		PRESET(pop3_show_since, stock),
		PRESET(pop3_show_deleted, stock),
		PRESET(pop3_max_messages, stock),
		PRESET(pop3_folders, stock),
		PRESET(quota_warn, stock),
		PRESET(quota_warn_free, stock),
		PRESET(quota_warn_rearm, stock),
		PRESET(quota_warn_repeat, stock),
		PRESET(quota_warn_channels, stock),
		PRESET(quota_warn_recovered, stock),
	},
	[COEXIST_PRESET_SAFE] = {
		PRESET(pop3_mark_read, "complete"),
		PRESET(pop3_delete, "trash"),
		PRESET(pop3_delete_limit, "200"),
	},
	[COEXIST_PRESET_MULTI_DEVICE] = {
		PRESET(pop3_mark_read, "complete"),
		PRESET(pop3_delete, "hide"),
		PRESET(pop3_keep_days, "30"),
		PRESET(quota_warn, "80 95"),
	},
	[COEXIST_PRESET_READ_ONLY] = {
		PRESET(pop3_mark_read, "never"),
		PRESET(pop3_delete, "hide"),
	},
	[COEXIST_PRESET_ARCHIVE] = {
		PRESET(pop3_mark_read, "complete"),
		PRESET(pop3_delete, "archive"),
	},
};

static const char *const names[COEXIST_PRESET_COUNT] = {
	COEXIST_CHOICE_NAMES(COEXIST_PRESET_CHOICES)
};

const char *coexist_preset_get(enum coexist_preset preset,
			       enum coexist_key key)
{
	const char *text = presets[preset][key];

	return text == stock ? coexist_policy_keys[key].default_value : text;
}

const char *coexist_preset_name(enum coexist_preset preset)
{
	return names[preset];
}
