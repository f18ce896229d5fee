/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: the plugins of the sessions, and what makes unique IDs change. */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"
#include "doveconf.h"
#include "plugin-list.h"

/* Returns the setting, or NULL after a finding was printed. */
static const char *
setting_read(struct coexist_preflight *preflight, const char *check,
	     const char *protocol, const char *name)
{
	const char *value, *error;

	if (coexist_doveconf_read_setting(preflight->admin->doveconf,
					  protocol, name, &value, &error) == 0)
		return value;
	coexist_preflight_print(preflight, check, COEXIST_PREFLIGHT_FAIL,
				error);
	return NULL;
}

/* Those whose sessions and deliveries obey a policy. Only IMAP and POP3 have keys
   of their own. */
static const struct {
	const char *name;
	enum coexist_preflight_status without_coexist;
	/* notices are looked at in these */
	bool watches_quota;
} protocols[] = {
	{ "pop3", COEXIST_PREFLIGHT_FAIL, TRUE },
	{ "imap", COEXIST_PREFLIGHT_FAIL, TRUE },
	{ "lmtp", COEXIST_PREFLIGHT_WARN, TRUE },
	{ "lda", COEXIST_PREFLIGHT_WARN, TRUE },
	{ "submission", COEXIST_PREFLIGHT_WARN, FALSE }
};

/* What mail_plugins had for parts of coexist, and their modules. */
static const struct {
	const char *name, *file;
} old_names[] = {
	{ "coexist_quota", "lib21_coexist_quota_plugin.so" },
	{ "imap_coexist", "lib25_imap_coexist_plugin.so" },
	{ "pop3_coexist", "lib25_pop3_coexist_plugin.so" }
};

bool coexist_preflight_has_plugin(const struct coexist_doveconf_block *conf)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(protocols); i++) {
		if (str_array_find(coexist_plugin_list_get(conf,
							   protocols[i].name),
				   "coexist"))
			return TRUE;
	}
	return FALSE;
}

void coexist_preflight_no_plugin(struct coexist_preflight *preflight)
{
	if (preflight->is_on) {
		coexist_preflight_print(preflight, "mail_plugins",
			COEXIST_PREFLIGHT_FAIL,
			"It is switched on, and no process loads it. Ask "
			"whether Dovecot reads the file: dovecot-coexist "
			"status. Add to the global mail_plugins: coexist");
		return;
	}
	coexist_preflight_print(preflight, "mail_plugins",
		COEXIST_PREFLIGHT_NOTE,
		"Nothing is enabled, Dovecot is as stock. To begin, add to the "
		"global mail_plugins: coexist");
}

static void
check_coexist(struct coexist_preflight *preflight, unsigned int protocol,
	      const char *const *plugins)
{
	const char *name = protocols[protocol].name;
	const char *check = t_strconcat("mail_plugins of ", name, NULL);

	if (str_array_find(plugins, "coexist")) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_OK, "");
		return;
	}
	coexist_preflight_print(preflight, check,
		protocols[protocol].without_coexist, t_strdup_printf(
		"Add to the mail_plugins of protocol %s: coexist", name));
}

/* A module without its file fails the sessions, whatever it does. */
static void
check_old_names(struct coexist_preflight *preflight,
		const char *const *const *plugins)
{
	unsigned int i, j;
	bool found;

	for (i = 0; i < N_ELEMENTS(old_names); i++) {
		found = FALSE;
		for (j = 0; j < N_ELEMENTS(protocols); j++) {
			if (!str_array_find(plugins[j], old_names[i].name))
				continue;
			found = TRUE;
			coexist_preflight_print(preflight, t_strdup_printf(
				"%s in %s", old_names[i].name,
				protocols[j].name), COEXIST_PREFLIGHT_NOTE,
				"The name does nothing any more: coexist alone "
				"does all. Remove it from mail_plugins");
		}
		if (found) {
			coexist_preflight_module(preflight, old_names[i].file,
						 /*needed=*/TRUE);
		}
	}
}

static bool has_quota(const char *const *plugins)
{
	return str_array_find(plugins, "quota");
}

bool coexist_preflight_has_quota(const struct coexist_doveconf_block *conf)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(protocols); i++) {
		if (protocols[i].watches_quota &&
		    has_quota(coexist_plugin_list_get(conf, protocols[i].name)))
			return TRUE;
	}
	return FALSE;
}

/* Quota notices are for those who have quotas: nothing is said of them where
   nobody loads the plugin. */
static void
check_quota(struct coexist_preflight *preflight,
	    const char *const *const *plugins)
{
	bool found = FALSE;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(protocols); i++)
		found = found || has_quota(plugins[i]);
	for (i = 0; found && i < N_ELEMENTS(protocols); i++) {
		if (!protocols[i].watches_quota)
			continue;
		coexist_preflight_print(preflight,
			t_strconcat("quota in ", protocols[i].name, NULL),
			has_quota(plugins[i]) ? COEXIST_PREFLIGHT_OK :
			COEXIST_PREFLIGHT_NOTE, has_quota(plugins[i]) ? "" :
			t_strdup_printf("For quota notices, add to the "
					"mail_plugins of protocol %s: quota",
					protocols[i].name));
	}
}

static void check_plugins(struct coexist_preflight *preflight,
			  const struct coexist_doveconf_block *conf)
{
	const char *const *plugins[N_ELEMENTS(protocols)];
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(protocols); i++) {
		plugins[i] = coexist_plugin_list_get(conf, protocols[i].name);
		check_coexist(preflight, i, plugins[i]);
	}
	check_old_names(preflight, plugins);
	check_quota(preflight, plugins);
}

/* Numbers are given to messages of the same ID, in the order of what is shown:
   they change when one of them is hidden or gone, unless they are saved. */
static void check_uidl_duplicates(struct coexist_preflight *preflight)
{
	const char *check = "pop3_uidl_duplicates";
	const char *value = setting_read(preflight, check, "pop3", check);
	const char *save = setting_read(preflight, check, "pop3",
					"pop3_save_uidl");

	if (value == NULL || save == NULL ||
	    strcmp(value, "rename") != 0 || strcmp(save, "yes") == 0)
		return;
	coexist_preflight_print(preflight, check, COEXIST_PREFLIGHT_WARN,
		"After a deletion, messages that have the same ID as the "
		"deleted one change theirs. In a maildir, pop3_save_uidl = yes "
		"keeps those that Dovecot makes.");
}

void coexist_preflight_plugins(struct coexist_preflight *preflight,
			       const struct coexist_doveconf_block *conf)
{
	check_plugins(preflight, conf);
	check_uidl_duplicates(preflight);
}
