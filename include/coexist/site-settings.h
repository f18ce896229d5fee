/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SITE_SETTINGS_H
#define COEXIST_SITE_SETTINGS_H

#include "coexist/choices.h"

#define COEXIST_ON_STORE_ERROR_CHOICES(FIRST, NEXT) \
	FIRST(ON_STORE_ERROR_LAST_KNOWN, "last-known") \
	NEXT(ON_STORE_ERROR_ALLOW, "allow") \
	NEXT(ON_STORE_ERROR_TEMPFAIL, "tempfail")

/* The table of site settings: what belongs to the installation and not to a
   mailbox. On Dovecot 2.4 they are dovecot.conf settings with the prefix of
   the policy keys; on 2.3 the group [site] of the key file, and plugin { } for
   those that sessions obey.

   SETTING(name, type, default, choices, help), with the meanings of
   policy-keys.h. */
#define COEXIST_SITE_SETTINGS(SETTING) \
	SETTING(on_store_error, CHOICE, "last-known", \
		COEXIST_CHOICE_WORDS(COEXIST_ON_STORE_ERROR_CHOICES), \
		"What a login gets while the policy can't be read. " \
		"last-known: what was read last, and where nothing was, what " \
		"the rest of the policy says. allow: it passes. tempfail: it " \
		"is asked to come back later.") \
	SETTING(log_only, FLAG, "no", "no yes", \
		"yes only logs what would have been refused.") \
	SETTING(webmail_networks, NETWORKS, "", NULL, \
		"IMAP logins from these networks are webmail: its hosts, also " \
		"if they forward the addresses of their users.") \
	SETTING(verified_networks, NETWORKS, "", NULL, \
		"Logins from these networks have had their passwords verified " \
		"by who connects. Elsewhere a proxy with nopassword has " \
		"nobody who did, and refuses none.") \
	SETTING(master_bypass, FLAG, "yes", "yes no", \
		"Do master users log in whatever the mailbox's policy says?") \
	SETTING(policy_public_keys, PATHS, "", NULL, \
		"Files with Ed25519 public keys. Where there are some, a " \
		"document counts only with a signature of one of them.") \
	SETTING(archive_mailbox, TEXT, "Archive", NULL, \
		"The mailbox to which pop3_delete = archive moves messages.") \
	SETTING(template_dir, PATHS, "", NULL, \
		"Directory with texts of the site's own.") \
	SETTING(quota_warn_first, FLAG, "no", "no yes", \
		"Is the owner told of a level that a mailbox is at when it is " \
		"looked at for the first time? no only records it.") \
	SETTING(retention_notice_days, NUMBER, "7", NULL, \
		"Days that the owner is told before pop3_keep_days removes " \
		"messages for the first time, more messages than before, or " \
		"many at once; 0 is off.")

#define COEXIST_SITE_ENUM(name, type, default_value, choices, help) \
	COEXIST_SITE_##name,
enum coexist_site_setting {
	COEXIST_SITE_SETTINGS(COEXIST_SITE_ENUM)
	COEXIST_SITE_COUNT
};
#undef COEXIST_SITE_ENUM

enum coexist_on_store_error {
	COEXIST_CHOICE_IDS(COEXIST_ON_STORE_ERROR_CHOICES)
};

#endif
