/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-folders.h. */

#include "lib.h"
#include "notice-folders.h"
#include "array.h"
#include "mail-user.h"
#include "compat-settings.h"
#include "policy-value.h"

/* Adds the folders of the site before those that are there. */
static void
site_folders_add(struct mail_user *user, ARRAY_TYPE(const_string) *folders)
{
	const struct coexist_policy_key *info =
		&coexist_site_settings[COEXIST_SITE_template_dir];
	const char *list = coexist_site_setting_get(user,
			COEXIST_SITE_template_dir);
	const char *folder, *item;
	struct coexist_value value;
	size_t length;

	switch (coexist_value_parse(info, list, &value)) {
	case COEXIST_VALUE_VALID:
		while (coexist_list_next(&list, &item, &length)) {
			folder = t_strndup(item, length);
			array_push_front(folders, &folder);
		}
		break;
	case COEXIST_VALUE_INHERIT:
		break;
	case COEXIST_VALUE_YES:
	case COEXIST_VALUE_UNKNOWN:
		e_warning(user->event, "coexist: Ignoring unknown value of "
			  COEXIST_KEY_PREFIX"%s (expected %s)", info->name,
			  info->expected);
		break;
	}
}

const char *const *coexist_notice_folders_get(struct mail_user *user)
{
	const char *installed = COEXIST_TEXTS_DIR;
	ARRAY_TYPE(const_string) folders;

	t_array_init(&folders, 4);
	array_push_back(&folders, &installed);
	site_folders_add(user, &folders);
	array_append_zero(&folders);
	return array_front(&folders);
}
