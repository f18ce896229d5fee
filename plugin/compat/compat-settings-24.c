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
	struct coexist_settings *set;
};

int coexist_conf_policy_read(struct mail_user *user,
			       struct coexist_conf_policy **set_r,
			       const char **error_r)
{
	struct settings_root *root = settings_root_find(user->event);
	struct settings_instance *instance;
	struct event *event;
	struct coexist_settings *set;
	int ret;

	/* a fresh instance knows nothing of the user's userdb fields */
	instance = settings_instance_new(root);
	event = event_create(user->event);
	event_set_ptr(event, SETTINGS_EVENT_INSTANCE, instance);
	ret = settings_get(event, &coexist_setting_parser_info, 0, &set,
			   error_r);
	event_unref(&event);
	settings_instance_free(&instance);
	if (ret < 0)
		return -1;

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

const char *const *
coexist_conf_policy_get_unknown(
	struct coexist_conf_policy *set ATTR_UNUSED)
{
	return t_new(const char *, 1);
}

#endif
