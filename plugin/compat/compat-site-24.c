/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The site's configuration on Dovecot 2.4: settings and coexist { dict ... } */

#include "lib.h"
#include "compat-version.h"
#include "compat-site.h"

/* Since 2.4.0: ca9d22f000 "lib-dict: Replace dict_init() with a new
   dict_init_auto() API", 8b08bd4566 "fs-posix: Implement new init() API". Goes
   with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)

#include "array.h"
#include "dict.h"
#include "fs-api.h"
#include "lib-event.h"
#include "settings.h"
#include "compat-settings-info.h"

/* No header has it. */
extern const struct setting_parser_info fs_posix_setting_parser_info;

static const char *
text_dup(pool_t pool, const void *set, const struct setting_define *define)
{
	return p_strdup(pool, *(const char *const *)
			CONST_PTR_OFFSET(set, define->offset));
}

/* Dovecot calls it a bug of the program when its configuration process has not
   loaded the settings module, or another version's, as right after an
   installation. */
static const char *read_error(const char *error)
{
	if (strstr(error, "settings struct") == NULL)
		return error;
	return "Dovecot does not know the settings of this dovecot-coexist: "
	       "settings/libcoexist_settings.so is not there, does not fit, or "
	       "is newer than Dovecot's start";
}

int coexist_compat_site_policy_read(pool_t pool, struct event *event,
				    const char *policy_r[COEXIST_KEY_COUNT],
				    const char **error_r)
{
	struct coexist_settings *policy;
	const char *error;
	unsigned int i;

	if (settings_get(event, &coexist_setting_parser_info, 0,
			 &policy, &error) < 0) {
		*error_r = read_error(error);
		return -1;
	}
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		policy_r[i] = text_dup(pool, policy,
				       &coexist_setting_defines[i]);
	}
	settings_free(policy);
	return 0;
}

int coexist_compat_site_read(pool_t pool, struct event *event,
			     const char *path ATTR_UNUSED,
			     const char *site_r[COEXIST_SITE_COUNT],
			     const char *policy_r[COEXIST_KEY_COUNT],
			     const char **store_uri_r, const char **error_r)
{
	struct coexist_site_setting_texts *site;
	const char *error;
	unsigned int i;

	if (coexist_compat_site_policy_read(pool, event, policy_r, error_r) < 0)
		return -1;
	if (settings_get(event, &coexist_site_setting_parser_info, 0,
			 &site, &error) < 0) {
		*error_r = read_error(error);
		return -1;
	}
	for (i = 0; i < COEXIST_SITE_COUNT; i++) {
		site_r[i] = text_dup(pool, site,
				     &coexist_site_setting_defines[i]);
	}
	settings_free(site);
	*store_uri_r = NULL;
	return 0;
}

int coexist_compat_store_open(struct event *event,
			      const char *store_uri ATTR_UNUSED,
			      struct dict **dict_r, const char **error_r)
{
	struct event *dict_event = event_create(event);
	const char *error;
	int ret;

	settings_event_add_filter_name(dict_event, COEXIST_STORE_FILTER);
	ret = dict_init_auto(dict_event, dict_r, &error);
	if (ret <= 0) {
		*error_r = t_strdup_printf(COEXIST_STORE_FILTER" { dict }: %s",
					   error);
	}
	event_unref(&dict_event);
	return ret;
}

/* Returns the only name in the list, or NULL. */
static const char *only_name(const ARRAY_TYPE(const_string) *names)
{
	return array_is_created(names) && array_count(names) == 1 ?
		t_strdup(array_idx_elem(names, 0)) : NULL;
}

static const char *dict_name_find(struct event *event)
{
	const struct dict_settings *set;
	const char *name, *error;

	if (settings_get(event, &dict_setting_parser_info, 0, &set, &error) < 0)
		return NULL;
	name = only_name(&set->dicts);
	settings_free(set);
	return name;
}

static const char *fs_name_find(struct event *event)
{
	const struct fs_settings *set;
	const char *name, *error;

	if (settings_get(event, &fs_setting_parser_info, 0, &set, &error) < 0)
		return NULL;
	name = only_name(&set->fs);
	settings_free(set);
	return name;
}

static bool dict_is_fs(struct event *event)
{
	const struct dict_settings *set;
	const char *error;
	bool ret;

	if (settings_get(event, &dict_setting_parser_info, 0, &set, &error) < 0)
		return FALSE;
	ret = strcmp(set->dict_driver, "fs") == 0;
	settings_free(set);
	return ret;
}

static bool fs_is_posix(struct event *event)
{
	const struct fs_settings *set;
	const char *error;
	bool ret;

	if (settings_get(event, &fs_setting_parser_info, 0, &set, &error) < 0)
		return FALSE;
	ret = strcmp(set->fs_driver, "posix") == 0;
	settings_free(set);
	return ret;
}

/* What all settings begin with; the rest of these is Dovecot's own. */
struct any_settings {
	pool_t pool;
};

static const char *posix_prefix_find(struct event *event)
{
	const struct setting_parser_info *info = &fs_posix_setting_parser_info;
	const struct setting_define *define;
	const struct any_settings *set;
	const char *prefix, *error;

	for (define = info->defines; define->key != NULL &&
	     strcmp(define->key, "fs_posix_prefix") != 0; define++) ;
	if (define->key == NULL ||
	    settings_get(event, info, 0, &set, &error) < 0)
		return NULL;
	prefix = t_strdup(*(const char *const *)
			  CONST_PTR_OFFSET(set, define->offset));
	settings_free(set);
	return prefix;
}

/* Returns the prefix, going into the settings as dict-fs does. */
static const char *files_find(struct event *event)
{
	const char *name;

	settings_event_add_filter_name(event, COEXIST_STORE_FILTER);
	name = dict_name_find(event);
	if (name == NULL)
		return NULL;
	settings_event_add_list_filter_name(event, "dict", name);
	name = dict_is_fs(event) ? fs_name_find(event) : NULL;
	if (name == NULL)
		return NULL;
	settings_event_add_list_filter_name(event, "fs", name);
	return fs_is_posix(event) ? posix_prefix_find(event) : NULL;
}

const char *
coexist_compat_store_files(struct event *event,
			   const char *store_uri ATTR_UNUSED)
{
	struct event *dict_event = event_create(event);
	const char *prefix = files_find(dict_event);

	event_unref(&dict_event);
	return prefix;
}

#endif
