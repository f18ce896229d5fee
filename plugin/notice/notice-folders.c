/* See the contract in notice-folders.h. */

#include "lib.h"
#include "notice-folders.h"
#include "array.h"
#include "mail-user.h"
#include "compat-settings.h"
#include "policy-value.h"

const char *const *coexist_notice_folders_get(struct mail_user *user)
{
	const struct coexist_policy_key *info =
		&coexist_site_settings[COEXIST_SITE_template_dir];
	const char *list = coexist_site_setting_get(user,
			COEXIST_SITE_template_dir);
	const char *installed = COEXIST_TEXTS_DIR, *folder, *item;
	struct coexist_value value;
	ARRAY_TYPE(const_string) folders;
	size_t length;

	t_array_init(&folders, 4);
	array_push_back(&folders, &installed);
	switch (coexist_value_parse(info, list, &value)) {
	case COEXIST_VALUE_VALID:
		while (coexist_list_next(&list, &item, &length)) {
			folder = t_strndup(item, length);
			array_push_front(&folders, &folder);
		}
		break;
	case COEXIST_VALUE_INHERIT:
		break;
	case COEXIST_VALUE_UNKNOWN:
		e_warning(user->event, "coexist: Ignoring unknown value of "
			  COEXIST_KEY_PREFIX"%s (expected %s)", info->name,
			  info->expected);
		break;
	}
	array_append_zero(&folders);
	return array_front(&folders);
}
