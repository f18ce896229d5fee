/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: settings that are valid, and still do not do what one may think. */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"
#include "doveconf-block.h"
#include "policy-document.h"
#include "policy-preset.h"
#include "policy-problem.h"
#include "policy-store.h"

#include <glib.h>

/* Returns what the document of everybody says of the key, on the data stack, or
   NULL. */
static const char *
document_text(const struct coexist_preflight *preflight, enum coexist_key key)
{
	struct coexist_store *store = preflight->admin->store;
	struct coexist_document *document;
	const char *text, *error;

	if (store == NULL ||
	    coexist_store_read(store, COEXIST_STORE_KEY_DEFAULT, &document,
			       &error) != COEXIST_STORE_FOUND)
		return NULL;
	text = t_strdup(coexist_document_get(document, key));
	coexist_document_unref(document);
	return text;
}

/* Returns what dovecot.conf says of the key for everybody, or NULL. */
static const char *
conf_text(const struct coexist_preflight *preflight,
	  const struct coexist_doveconf_block *conf, enum coexist_key key)
{
	const char *text = preflight->admin->config.policy_texts[key];
	const struct coexist_doveconf_block *plugin =
		coexist_doveconf_find(conf->children, "plugin");

	if ((text == NULL || *text == '\0') && plugin != NULL) {
		text = coexist_doveconf_get(plugin, t_strconcat(
			COEXIST_KEY_PREFIX, coexist_policy_keys[key].name,
			NULL), NULL);
	}
	return text == NULL || *text == '\0' ? NULL : text;
}

static const char *
key_text(const struct coexist_preflight *preflight,
	 const struct coexist_doveconf_block *conf, enum coexist_key key)
{
	const char *text = document_text(preflight, key);

	return text != NULL && *text != '\0' ? text :
		conf_text(preflight, conf, key);
}

/* Returns the choice or number, by the key itself or by the preset, else 0, which is
   the default. */
static uint64_t
choice_of(const struct coexist_preflight *preflight,
	  const struct coexist_doveconf_block *conf, enum coexist_key key)
{
	const struct coexist_policy_key *info = &coexist_policy_keys[key];
	struct coexist_value value;
	const char *text;

	if (coexist_value_parse(info, key_text(preflight, conf, key),
				&value) == COEXIST_VALUE_VALID)
		return value.number;
	text = key_text(preflight, conf, COEXIST_KEY_preset);
	if (coexist_value_parse(&coexist_policy_keys[COEXIST_KEY_preset],
				text, &value) == COEXIST_VALUE_VALID &&
	    coexist_value_parse(info, coexist_preset_get(value.number, key),
				&value) == COEXIST_VALUE_VALID)
		return value.number;
	return 0;
}

/* Names of plugin { } on Dovecot 2.3, where Dovecot takes any. */

/* The caller frees it. */
static char *problem_of_place(const char *name, const char *group)
{
	return g_strdup_printf("Nothing obeys it here. Move it into the group "
			       "[%s] of %s, as %s", group,
			       coexist_doveadm_config_path(), name);
}

/* Returns TRUE if no session obeys the key: what the gate decides about, a session does
   not decide once more. */
static bool is_of_gate(enum coexist_key key, bool has_gate)
{
	return coexist_policy_keys[key].obeyed == COEXIST_OBEYED_GATE ||
		(has_gate &&
		 coexist_policy_keys[key].obeyed == COEXIST_OBEYED_LOGIN);
}

/* Returns what is wrong with the name in plugin { }, which the auth process does not
   read, or NULL; the caller frees it. */
static char *problem_of_name(const char *name, bool has_gate)
{
	enum coexist_site_setting setting;
	enum coexist_key key;

	if (strcmp(name, "config") == 0)
		return NULL;
	if (coexist_key_find(name, &key)) {
		return is_of_gate(key, has_gate) ?
			problem_of_place(name, "policy") : NULL;
	}
	if (!coexist_site_setting_find(name, &setting))
		return coexist_problem_of_name(name);
	return coexist_site_setting_is_of_sessions(setting) ? NULL :
		problem_of_place(name, "site");
}

static void
check_names(struct coexist_preflight *preflight,
	    const struct coexist_doveconf_block *plugin, bool has_gate)
{
	const struct coexist_doveconf_setting *setting = plugin->settings;

	for (; setting != NULL; setting = setting->next) {
		g_autofree char *problem = NULL;

		if (!g_str_has_prefix(setting->name, COEXIST_KEY_PREFIX))
			continue;
		problem = problem_of_name(setting->name +
					  strlen(COEXIST_KEY_PREFIX), has_gate);
		if (problem == NULL)
			continue;
		coexist_preflight_print(preflight, t_strdup_printf(
			"plugin { %s }", setting->name),
			COEXIST_PREFLIGHT_WARN, problem);
	}
}

/* Also in protocol { }, remote { } and the like. */
static void
check_plugins(struct coexist_preflight *preflight,
	      const struct coexist_doveconf_block *conf, bool has_gate)
{
	const struct coexist_doveconf_block *child;

	for (child = conf->children; child != NULL; child = child->next) {
		if (strcmp(child->type, "plugin") == 0)
			check_names(preflight, child, has_gate);
		else
			check_plugins(preflight, child, has_gate);
	}
}

/* Quota notices beside Dovecot's own */

/* Dovecot 2.4 may have it within a quota { }. */
static bool has_block(const struct coexist_doveconf_block *conf,
		      const char *type)
{
	const struct coexist_doveconf_block *child = conf->children;

	for (; child != NULL; child = child->next) {
		if (strcmp(child->type, type) == 0 || has_block(child, type))
			return TRUE;
	}
	return FALSE;
}

static bool has_quota_warning(const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *plugin =
		coexist_doveconf_find(conf->children, "plugin");

	return has_block(conf, "quota_warning") || (plugin != NULL &&
		coexist_doveconf_get(plugin, "quota_warning", NULL) != NULL);
}

static void
check_quota_warning(struct coexist_preflight *preflight,
		    const struct coexist_doveconf_block *conf)
{
	if (key_text(preflight, conf, COEXIST_KEY_quota_warn) == NULL ||
	    !has_quota_warning(conf))
		return;
	coexist_preflight_print(preflight, "quota_warning",
		COEXIST_PREFLIGHT_WARN,
		"The owner is told twice, by Dovecot's quota_warning and by "
		"coexist_quota_warn: remove one of them");
}

/* Quota notices without quotas */

static void
check_quota_missing(struct coexist_preflight *preflight,
		    const struct coexist_doveconf_block *conf)
{
	if ((key_text(preflight, conf, COEXIST_KEY_quota_warn) == NULL &&
	     key_text(preflight, conf, COEXIST_KEY_quota_warn_free) == NULL) ||
	    coexist_preflight_has_quota(conf))
		return;
	coexist_preflight_print(preflight, "quota", COEXIST_PREFLIGHT_WARN,
		"No owner is told how full the mailbox is, as nobody knows. "
		"Add to the global mail_plugins: quota, and configure a quota "
		"of Dovecot's");
}

/* A Trash that only grows */

/* Returns a mailbox \Trash from which nothing is expunged by itself, or NULL. */
static const struct coexist_doveconf_block *
find_growing_trash(const struct coexist_doveconf_block *conf, bool *has_trash_r)
{
	const struct coexist_doveconf_block *ns, *box;

	*has_trash_r = FALSE;
	COEXIST_DOVECONF_FOREACH(ns, conf, "namespace") {
		COEXIST_DOVECONF_FOREACH(box, ns, "mailbox") {
			if (strstr(coexist_doveconf_get(box, "special_use",
							""), "\\Trash") == NULL)
				continue;
			*has_trash_r = TRUE;
			if (strtoul(coexist_doveconf_get(box, "autoexpunge",
							 "0"), NULL, 10) == 0)
				return box;
		}
	}
	return NULL;
}

static void
check_trash(struct coexist_preflight *preflight,
	    const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *box;
	bool has_trash;

	if (choice_of(preflight, conf, COEXIST_KEY_pop3_delete) !=
	    COEXIST_DELETE_TRASH)
		return;
	box = find_growing_trash(conf, &has_trash);
	if (box == NULL && has_trash)
		return;
	coexist_preflight_print(preflight, "mailbox Trash",
		COEXIST_PREFLIGHT_NOTE, t_strdup_printf(
		"pop3_delete = trash fills it, and nothing empties it. Add, for "
		"example, to the namespace of INBOX: mailbox %s { special_use "
		"= \\Trash  autoexpunge = 30d }%s",
		box == NULL ? "Trash" : box->name,
		choice_of(preflight, conf, COEXIST_KEY_pop3_keep_days) != 0 ?
		"" : ". What POP3 leaves in INBOX stays there, too, without "
		"pop3_keep_days"));
}

void coexist_preflight_settings(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf)
{
	check_plugins(preflight, conf, coexist_preflight_has_gate(conf));
	check_quota_warning(preflight, conf);
	check_quota_missing(preflight, conf);
	check_trash(preflight, conf);
}

static void
check_site_value(struct coexist_preflight *preflight,
		 enum coexist_site_setting setting)
{
	const struct coexist_policy_key *info = &coexist_site_settings[setting];

	if (preflight->admin->config.unknown[setting] == NULL)
		return;
	coexist_preflight_print(preflight,
		t_strconcat("site setting ", info->name, NULL),
		COEXIST_PREFLIGHT_WARN, t_strdup_printf(
		"Its value is none, so '%s' holds. Expected is %s",
		info->default_value, info->expected));
}

void coexist_preflight_site(struct coexist_preflight *preflight)
{
	unsigned int i;

	for (i = 0; i < COEXIST_SITE_COUNT; i++)
		check_site_value(preflight, i);
	if (coexist_site_number(&preflight->admin->config,
				COEXIST_SITE_log_only) == 0)
		return;
	coexist_preflight_print(preflight, "log_only", COEXIST_PREFLIGHT_NOTE,
		"No login is refused: what would be is in the log. Remove "
		"log_only = yes to have it refused");
}
