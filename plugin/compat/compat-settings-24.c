/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Site settings on Dovecot 2.4: coexist_<key> = <value> */

#include "lib.h"
#include "compat-version.h"
#include "compat-settings.h"
#include "compat-settings-info.h"

/* Since 2.4.0: 8b3f1be7c2 "lib-settings: Add settings_root_find() and
   settings_instance_find()". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)

#include "settings.h"
#include "mail-user.h"
#include "policy-value.h"

struct coexist_conf_policy {
	const struct coexist_settings *set;
};

static bool is_empty(const struct coexist_settings *set)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		const char *const *text = CONST_PTR_OFFSET(set,
			coexist_setting_defines[i].offset);

		if (**text != '\0')
			return FALSE;
	}
	return TRUE;
}

/* Reads the settings without what the userdb said: a fresh instance knows nothing of
   that. The user's event has it for as long as this takes, as one more event costs
   an eighth of all. Nothing of ours has %variables. */
static int
site_settings_get(struct event *event, const struct coexist_settings **set_r,
		  const char **error_r)
{
	void *users = event_get_ptr(event, SETTINGS_EVENT_INSTANCE);
	struct settings_instance *instance =
		settings_instance_new(settings_root_find(event));
	int ret;

	event_set_ptr(event, SETTINGS_EVENT_INSTANCE, instance);
	ret = settings_get(event, &coexist_setting_parser_info,
			   SETTINGS_GET_FLAG_NO_EXPAND, set_r, error_r);
	event_set_ptr(event, SETTINGS_EVENT_INSTANCE, users);
	settings_instance_free(&instance);
	return ret;
}

int coexist_conf_policy_read(struct mail_user *user,
			       struct coexist_conf_policy **set_r,
			       bool *notes_use_r, const char **error_r)
{
	const struct coexist_settings *set;

	if (site_settings_get(user->event, &set, error_r) < 0)
		return -1;

	*set_r = NULL;
	*notes_use_r = *set->note_last_use != '\0' &&
		strcmp(set->note_last_use, "no") != 0;
	if (is_empty(set)) {
		settings_free(set);
		return 0;
	}
	*set_r = p_new(user->pool, struct coexist_conf_policy, 1);
	(*set_r)->set = set;
	return 0;
}

void coexist_conf_policy_free(struct coexist_conf_policy **set)
{
	if (*set == NULL)
		return;
	settings_free((*set)->set);
	*set = NULL;
}

const char *coexist_conf_policy_get(struct coexist_conf_policy *set,
				      enum coexist_key key)
{
	return *(const char *const *)
		CONST_PTR_OFFSET(set->set, coexist_setting_defines[key].offset);
}

const char *coexist_site_setting_get(struct mail_user *user,
					enum coexist_site_setting setting)
{
	const struct coexist_policy_key *info = &coexist_site_settings[setting];
	const struct coexist_site_setting_texts *set;
	const char *error, *text;

	if (settings_get(user->event, &coexist_site_setting_parser_info, 0,
			 &set, &error) < 0) {
		e_error(user->event, "coexist: Can't read %s%s, using %s: %s",
			COEXIST_KEY_PREFIX, info->name, info->default_value,
			error);
		return info->default_value;
	}
	text = *(const char *const *)CONST_PTR_OFFSET(set,
		coexist_site_setting_defines[setting].offset);
	text = t_strdup(*text == '\0' ? info->default_value : text);
	settings_free(set);
	return text;
}

/* The plugin's header is not installed. Its settings are there without it. */
struct lazy_expunge_texts {
	pool_t pool;
	bool lazy_expunge_only_last_instance;
	const char *lazy_expunge_mailbox;
};

const char *coexist_lazy_expunge_get(struct mail_user *user)
{
	static const struct setting_define defines[] = {
		SETTING_DEFINE_STRUCT_BOOL("lazy_expunge_only_last_instance",
					   lazy_expunge_only_last_instance,
					   struct lazy_expunge_texts),
		SETTING_DEFINE_STRUCT_STR("lazy_expunge_mailbox",
					  lazy_expunge_mailbox,
					  struct lazy_expunge_texts),
		SETTING_DEFINE_LIST_END
	};
	static const struct lazy_expunge_texts defaults = {
		.lazy_expunge_mailbox = ""
	};
	static const struct setting_parser_info info = {
		.name = "lazy_expunge",
		.defines = defines,
		.defaults = &defaults,
		.struct_size = sizeof(struct lazy_expunge_texts),
		.pool_offset1 = 1 + offsetof(struct lazy_expunge_texts, pool),
	};
	const struct lazy_expunge_texts *set;
	const char *error, *text;

	/* a site without the plugin's files has no such settings */
	if (settings_get(user->event, &info, 0, &set, &error) < 0)
		return NULL;
	text = *set->lazy_expunge_mailbox == '\0' ? NULL :
		t_strdup(set->lazy_expunge_mailbox);
	settings_free(set);
	return text;
}

const char *const *
coexist_conf_policy_get_unknown(
	struct coexist_conf_policy *set ATTR_UNUSED)
{
	return t_new(const char *, 1);
}

#endif
