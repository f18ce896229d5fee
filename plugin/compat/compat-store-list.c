/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in compat-store-list.h. */

#include "lib.h"
#include "compat-version.h"
#include "compat-store-list.h"
#include "dict.h"
#include "fs-api.h"
#include "master-service.h"
#include "master-service-settings.h"

#define FS_DICT_PREFIX "fs:"

struct coexist_compat_store_list {
	char *prefix;
	struct dict_iterate_context *dict_iter;
	struct fs *fs;
	struct fs_iter *fs_iter;
	char *error;
};

/* Since 2.4.0: 180a06ed49 "lib-dict-extra: dict-fs - Fix endless loop while
   iterating". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)

/* Takes the URI apart as dict-fs does. Returns FALSE if it is another one. */
static bool
fs_list_init(struct coexist_compat_store_list *list, const char *store_uri)
{
	struct fs_settings set;
	const char *driver, *args, *error;

	if (!str_begins(store_uri, FS_DICT_PREFIX))
		return FALSE;
	driver = store_uri + strlen(FS_DICT_PREFIX);
	args = strchr(driver, ':');
	if (args == NULL)
		args = "";
	else
		driver = t_strdup_until(driver, args++);

	i_zero(&set);
	set.base_dir = master_service_settings_get(master_service)->base_dir;
	if (fs_init(driver, args, &set, &list->fs, &error) < 0) {
		list->error = i_strdup(error);
		return TRUE;
	}
	list->fs_iter = fs_iter_init(list->fs,
				     list->prefix + strlen(DICT_PATH_SHARED),
				     0);
	return TRUE;
}

#else

static bool
fs_list_init(struct coexist_compat_store_list *list ATTR_UNUSED,
	     const char *store_uri ATTR_UNUSED)
{
	return FALSE;
}

#endif

struct coexist_compat_store_list *
coexist_compat_store_list_init(struct dict *dict, const char *store_uri,
			       const char *prefix)
{
	const struct dict_op_settings set = { .username = "" };
	struct coexist_compat_store_list *list;

	list = i_new(struct coexist_compat_store_list, 1);
	list->prefix = i_strdup(prefix);
	if (!fs_list_init(list, store_uri)) {
		list->dict_iter = dict_iterate_init(dict, &set, prefix,
						    DICT_ITERATE_FLAG_NO_VALUE);
	}
	return list;
}

bool coexist_compat_store_list_next(struct coexist_compat_store_list *list,
				    const char **name_r)
{
	const char *key, *value;

	if (list->fs_iter != NULL) {
		*name_r = fs_iter_next(list->fs_iter);
		return *name_r != NULL;
	}
	if (list->dict_iter == NULL ||
	    !dict_iterate(list->dict_iter, &key, &value))
		return FALSE;
	*name_r = key + strlen(list->prefix);
	return TRUE;
}

int coexist_compat_store_list_deinit(struct coexist_compat_store_list **_list,
				     const char **error_r)
{
	struct coexist_compat_store_list *list = *_list;
	const char *error;
	int ret;

	*_list = NULL;
	if (list->dict_iter != NULL &&
	    dict_iterate_deinit(&list->dict_iter, &error) < 0)
		list->error = i_strdup(error);
	if (list->fs_iter != NULL &&
	    fs_iter_deinit(&list->fs_iter, &error) < 0)
		list->error = i_strdup(error);
	fs_deinit(&list->fs);

	ret = list->error == NULL ? 0 : -1;
	if (ret < 0) {
		*error_r = t_strdup_printf("Can't list %s: %s", list->prefix,
					   list->error);
	}
	i_free(list->error);
	i_free(list->prefix);
	i_free(list);
	return ret;
}
