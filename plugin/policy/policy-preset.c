/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-preset.h. */

#include "policy-preset.h"

#include "policy-value.h"

#include <string.h>

/* Stands for the key's built-in default; nothing says nothing. */
#define STOCK "="

#define PRESET(key, text) [COEXIST_KEY_##key] = text

/* No pointers: see struct coexist_policy_key. */
static const char presets[COEXIST_PRESET_COUNT][COEXIST_KEY_COUNT][12] = {
	/* Everything that a session does as stock Dovecot does it. Who may log
	   in, from where and until when is not a preset's to say, nor are
	   languages and texts. */
	[COEXIST_PRESET_CLASSIC] = {
		PRESET(pop3_mark_read, STOCK),
		PRESET(pop3_mark_read_days, STOCK),
		PRESET(pop3_mark_downloaded, STOCK),
		PRESET(pop3_fetcher_networks, STOCK),
		PRESET(pop3_delete, STOCK),
		PRESET(pop3_delete_limit, STOCK),
		PRESET(pop3_keep_days, STOCK),
		PRESET(pop3_show, STOCK),
		PRESET(pop3_show_days, STOCK),
		PRESET(pop3_show_since, STOCK),
		PRESET(pop3_show_deleted, STOCK),
		PRESET(pop3_max_messages, STOCK),
		PRESET(pop3_folders, STOCK),
		PRESET(sent_copy, STOCK),
		PRESET(sent_copy_bcc, STOCK),
		PRESET(sent_copy_max_size, STOCK),
		PRESET(sent_copy_over_quota, STOCK),
		PRESET(junk_notice, STOCK),
		PRESET(junk_notice_list, STOCK),
		PRESET(quota_warn, STOCK),
		PRESET(quota_warn_free, STOCK),
		PRESET(quota_warn_rearm, STOCK),
		PRESET(quota_warn_repeat, STOCK),
		PRESET(quota_warn_channels, STOCK),
		PRESET(quota_warn_recovered, STOCK),
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

static const char names[COEXIST_PRESET_COUNT][16] = {
	COEXIST_CHOICE_NAMES(COEXIST_PRESET_CHOICES)
};

const char *coexist_preset_get(enum coexist_preset preset,
			       enum coexist_key key)
{
	const char *text = presets[preset][key];

	if (*text == '\0')
		return NULL;
	return strcmp(text, STOCK) == 0 ?
		coexist_policy_keys[key].default_value : text;
}

const char *coexist_preset_name(enum coexist_preset preset)
{
	return names[preset];
}
