/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Site settings on Dovecot 2.3: plugin { coexist_<key> = <value> } */

#include "lib.h"
#include "compat-version.h"
#include "compat-settings.h"

/* Since 2.4.0: 6ca252574a "lib-storage: Remove plugin settings and related
   functions". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)

#include "array.h"
#include "str.h"
#include "var-expand.h"
#include "settings-parser.h"
#include "master-service.h"
#include "master-service-settings.h"
#include "mail-user.h"
#include "mail-storage-service.h"
#include "policy-value.h"

struct coexist_conf_policy {
	struct mail_user *user;
	/* What the user's settings say. Found in one pass, because Dovecot
	   searches its list from the start for each name. */
	const char *texts[COEXIST_KEY_COUNT];
	/* there is a setting that nobody knows */
	bool has_unknown;
	/* there is a field of the userdb that is ours */
	bool has_fields;
	/* What dovecot.conf said about the keys that a userdb field replaced.
	   Read only when the first of them is asked for. */
	const char *replaced[COEXIST_KEY_COUNT];
	bool replaced_read;
};

/* Returns names and values in turns, and how many both are together. */
static const char *const *
plugin_settings_get(const struct mail_user_settings *set,
		    unsigned int *count_r)
{
	*count_r = 0;
	return !array_is_created(&set->plugin_envs) ? NULL :
		array_get(&set->plugin_envs, count_r);
}

static bool setting_find_key(const char *name, enum coexist_key *key_r)
{
	return str_begins(name, COEXIST_KEY_PREFIX) &&
		coexist_key_find(name + strlen(COEXIST_KEY_PREFIX), key_r);
}

void coexist_conf_policy_free(struct coexist_conf_policy **set)
{
	/* allocated from the user's pool */
	*set = NULL;
}

/* Returns TRUE if a field of the userdb is coexist_<name>. */
static bool userdb_names(const struct mail_user *user, const char *name)
{
	const char *const *field = user->userdb_fields;
	size_t length = strlen(name);

	for (; field != NULL && *field != NULL; field++) {
		const char *key;

		if (!str_begins(*field, COEXIST_KEY_PREFIX))
			continue;
		key = *field + strlen(COEXIST_KEY_PREFIX);
		if (strncmp(key, name, length) == 0 &&
		    (key[length] == '=' || key[length] == '\0'))
			return TRUE;
	}
	return FALSE;
}

static bool userdb_has_ours(const struct mail_user *user)
{
	const char *const *field = user->userdb_fields;

	for (; field != NULL && *field != NULL; field++) {
		if (str_begins(*field, COEXIST_KEY_PREFIX))
			return TRUE;
	}
	return FALSE;
}

static const char *expand(struct mail_user *user, const char *value)
{
	string_t *str = t_str_new(128);
	const char *error;

	if (var_expand_with_funcs(str, value, mail_user_var_expand_table(user),
				  mail_user_var_expand_func_table, user,
				  &error) <= 0)
		return value;
	return str_c(str);
}

static void
replaced_add(struct coexist_conf_policy *set, const char *name,
	     const char *value)
{
	enum coexist_key key;

	if (!setting_find_key(name, &key))
		return;
	set->replaced[key] = p_strdup(set->user->pool,
				      expand(set->user, value));
}

/* Reads the plugin settings as they were before the userdb's fields were laid
   over them. It comes from the process's cache: at the user's login Dovecot
   asked for the same. */
static int
replaced_read(struct coexist_conf_policy *set, const char **error_r)
{
	struct mail_storage_service_user *service_user =
		set->user->_service_user;
	const struct setting_parser_info *user_info;
	const struct setting_parser_context *parser;
	const struct mail_user_settings *user_set;
	const char *const *settings;
	unsigned int i, count;
	pool_t pool;
	int ret;

	pool = pool_alloconly_create("coexist site settings", 1024);
	ret = mail_storage_service_read_settings(
		mail_storage_service_user_get_service_ctx(service_user),
		mail_storage_service_user_get_input(service_user),
		pool, &user_info, &parser, error_r);
	if (ret == 0) {
		user_set = master_service_settings_parser_get_others(
			master_service, parser)[0];
		settings = plugin_settings_get(user_set, &count);
		for (i = 0; i + 1 < count; i += 2)
			replaced_add(set, settings[i], settings[i + 1]);
	}
	pool_unref(&pool);
	return ret;
}

static const char *
replaced_get(struct coexist_conf_policy *set, enum coexist_key key)
{
	const char *error;

	if (!set->replaced_read && set->user->_service_user != NULL) {
		set->replaced_read = TRUE;
		if (replaced_read(set, &error) < 0) {
			e_error(set->user->event, "coexist: Can't read the "
				"settings behind the userdb fields, using "
				"built-in defaults: %s", error);
		}
	}
	return set->replaced[key];
}

const char *coexist_conf_policy_get(struct coexist_conf_policy *set,
				      enum coexist_key key)
{
	/* a field would have left its value there */
	if (set->texts[key] == NULL)
		return NULL;
	if (set->has_fields &&
	    userdb_names(set->user, coexist_policy_keys[key].name))
		return replaced_get(set, key);
	return set->texts[key];
}

const char *coexist_site_setting_get(struct mail_user *user,
					enum coexist_site_setting setting)
{
	const struct coexist_policy_key *info = &coexist_site_settings[setting];
	const char *value = mail_user_plugin_getenv(user,
		t_strconcat(COEXIST_KEY_PREFIX, info->name, NULL));

	return value == NULL || *value == '\0' ? info->default_value : value;
}

const char *coexist_lazy_expunge_get(struct mail_user *user)
{
	const char *value = mail_user_plugin_getenv(user, "lazy_expunge");

	return value == NULL || *value == '\0' ? NULL : value;
}

static bool is_session_setting(const char *name)
{
	enum coexist_site_setting setting;

	return coexist_site_setting_find(name, &setting) &&
		coexist_site_setting_is_of_sessions(setting);
}

static bool setting_is_known(const char *name)
{
	enum coexist_key key;

	/* Those site settings that sessions obey; the others do nothing here.
	   coexist_config names the key file for doveadm. */
	return coexist_key_find(name, &key) || is_session_setting(name) ||
		strcmp(name, "config") == 0;
}

static bool is_on(const char *value)
{
	return *value != '\0' && strcmp(value, "no") != 0;
}

/* Returns *set, which is made when it is needed first: most users have none. */
static struct coexist_conf_policy *
policy_get(struct mail_user *user, struct coexist_conf_policy **set)
{
	if (*set == NULL) {
		*set = p_new(user->pool, struct coexist_conf_policy, 1);
		(*set)->user = user;
		(*set)->has_fields = userdb_has_ours(user);
	}
	return *set;
}

/* The fields of the hand-over are among the settings where they have a name of their
   own. */
int coexist_conf_policy_read(struct mail_user *user,
			       struct coexist_conf_policy **set_r,
			       bool *notes_use_r,
			       const char **error_r ATTR_UNUSED)
{
	const char *const *settings, *name;
	enum coexist_key key;
	unsigned int i, count;

	*set_r = NULL;
	*notes_use_r = FALSE;
	settings = plugin_settings_get(user->set, &count);
	for (i = 0; i + 1 < count; i += 2) {
		if (!str_begins(settings[i], COEXIST_KEY_PREFIX))
			continue;
		name = settings[i] + strlen(COEXIST_KEY_PREFIX);
		if (coexist_key_find(name, &key))
			policy_get(user, set_r)->texts[key] = settings[i + 1];
		else if (strcmp(name, "note_last_use") == 0)
			*notes_use_r = is_on(settings[i + 1]);
		else if (!setting_is_known(name) && !userdb_names(user, name))
			policy_get(user, set_r)->has_unknown = TRUE;
	}
	return 0;
}

const char *const *
coexist_conf_policy_get_unknown(struct coexist_conf_policy *set)
{
	static const char *const none[] = { NULL };
	ARRAY_TYPE(const_string) unknown;
	const char *const *settings, *name;
	unsigned int i, count;

	if (!set->has_unknown)
		return none;
	t_array_init(&unknown, 4);
	settings = plugin_settings_get(set->user->set, &count);
	for (i = 0; i + 1 < count; i += 2) {
		if (!str_begins(settings[i], COEXIST_KEY_PREFIX))
			continue;
		name = settings[i] + strlen(COEXIST_KEY_PREFIX);
		if (!setting_is_known(name) &&
		    !userdb_names(set->user, name))
			array_push_back(&unknown, &name);
	}
	array_append_zero(&unknown);
	return array_front(&unknown);
}

#endif
