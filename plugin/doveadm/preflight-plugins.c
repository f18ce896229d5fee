/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: the plugins of the sessions, and the UIDL format. */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"
#include "doveconf.h"

/* Returns the setting, or NULL after a finding was printed. */
static const char *
setting_read(struct coexist_preflight *preflight, const char *check,
	     const char *protocol, const char *name)
{
	const char *value, *error;

	if (coexist_doveconf_read_setting(preflight->doveconf, protocol, name,
					  &value, &error) == 0)
		return value;
	coexist_preflight_print(preflight, check, COEXIST_PREFLIGHT_FAIL,
				error);
	return NULL;
}

static void
check_plugins(struct coexist_preflight *preflight, const char *protocol,
	      const char *const *needed)
{
	const char *check = t_strconcat("mail_plugins of ", protocol, NULL);
	const char *value = setting_read(preflight, check, protocol,
					 "mail_plugins");
	const char *const *plugins;

	if (value == NULL)
		return;
	plugins = t_strsplit_spaces(value, " ,");
	for (; *needed != NULL; needed++) {
		if (str_array_find(plugins, *needed))
			continue;
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_FAIL, t_strdup_printf(
			"Add to the mail_plugins of protocol %s: %s",
			protocol, *needed));
		return;
	}
	coexist_preflight_print(preflight, check, COEXIST_PREFLIGHT_OK, "");
}

/* Checks a protocol's list, of those among which some have coexist_quota. */
static void
check_quota_plugins(struct coexist_preflight *preflight, const char *protocol,
		    const char *const *plugins)
{
	const char *check = t_strconcat("coexist_quota of ", protocol, NULL);

	if (!str_array_find(plugins, "coexist_quota")) {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_WARN, t_strdup_printf(
			"Add to the mail_plugins of protocol %s: coexist_quota",
			protocol));
	} else if (!str_array_find(plugins, "quota")) {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_FAIL, t_strdup_printf(
			"Add to the mail_plugins of protocol %s: quota",
			protocol));
	} else {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_OK, "");
	}
}

/* Quota notices are for those who want them: nothing is said of them where
   nobody has the module. */
static void check_quota(struct coexist_preflight *preflight)
{
	static const char *const protocols[] = { "imap", "pop3", "lmtp" };
	const char *const *plugins[N_ELEMENTS(protocols)];
	const char *value, *error;
	bool found = FALSE;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(protocols); i++) {
		/* an error was said by the checks before this one */
		if (coexist_doveconf_read_setting(preflight->doveconf,
				protocols[i], "mail_plugins", &value,
				&error) < 0)
			return;
		plugins[i] = t_strsplit_spaces(value, " ,");
		if (str_array_find(plugins[i], "coexist_quota"))
			found = TRUE;
	}
	if (!found)
		return;
	coexist_preflight_module(preflight, "lib21_coexist_quota_plugin.so",
				 /*needed=*/TRUE);
	for (i = 0; i < N_ELEMENTS(protocols); i++)
		check_quota_plugins(preflight, protocols[i], plugins[i]);
}

/* Alerts are for those who want them, too. */
static void check_imap(struct coexist_preflight *preflight)
{
	const char *value, *error;

	/* likewise */
	if (coexist_doveconf_read_setting(preflight->doveconf, "imap",
					  "mail_plugins", &value, &error) == 0 &&
	    str_array_find(t_strsplit_spaces(value, " ,"), "imap_coexist")) {
		coexist_preflight_module(preflight,
					 "lib25_imap_coexist_plugin.so",
					 /*needed=*/TRUE);
	}
}

static void check_uidl(struct coexist_preflight *preflight)
{
	const char *value = setting_read(preflight, "pop3_uidl_format", "pop3",
					 "pop3_uidl_format");

	if (value == NULL)
		return;
	if (strstr(value, COEXIST_UIDL_GUID) != NULL) {
		coexist_preflight_print(preflight, "pop3_uidl_format",
					COEXIST_PREFLIGHT_OK, "");
	} else {
		coexist_preflight_print(preflight, "pop3_uidl_format",
			COEXIST_PREFLIGHT_NOTE,
			"pop3_folders needs one that is made of GUIDs. Clients "
			"download all messages again when it is changed.");
	}
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

void coexist_preflight_plugins(struct coexist_preflight *preflight)
{
	static const char *const pop3[] = { "coexist", "pop3_coexist", NULL };
	static const char *const imap[] = { "coexist", NULL };

	check_plugins(preflight, "pop3", pop3);
	check_plugins(preflight, "imap", imap);
	check_imap(preflight);
	check_quota(preflight);
	check_uidl(preflight);
	check_uidl_duplicates(preflight);
}
