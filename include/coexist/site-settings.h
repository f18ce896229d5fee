/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SITE_SETTINGS_H
#define COEXIST_SITE_SETTINGS_H

#include "coexist/choices.h"

#define COEXIST_ON_STORE_ERROR_CHOICES(FIRST, NEXT) \
	FIRST(ON_STORE_ERROR_LAST_KNOWN, "last-known") \
	NEXT(ON_STORE_ERROR_ALLOW, "allow") \
	NEXT(ON_STORE_ERROR_TEMPFAIL, "tempfail")

#define COEXIST_GATE_AT_CHOICES(FIRST, NEXT) \
	FIRST(GATE_AT_REPLY, "reply") \
	NEXT(GATE_AT_CHAIN, "chain")

#define COEXIST_ON_NO_GATE_CHOICES(FIRST, NEXT) \
	FIRST(ON_NO_GATE_ALLOW, "allow") \
	NEXT(ON_NO_GATE_TEMPFAIL, "tempfail")

#define COEXIST_NOTE_LAST_USE_CHOICES(FIRST, NEXT) \
	FIRST(NOTE_LAST_USE_NO, "no") \
	NEXT(NOTE_LAST_USE_TIME, "time") \
	NEXT(NOTE_LAST_USE_ADDRESS, "address")

/* The table of site settings: what belongs to the installation and not to a
   mailbox. On Dovecot 2.4 they are dovecot.conf settings with the prefix of
   the policy keys; on 2.3 the group [site] of the key file, and plugin { } for
   those that sessions obey.

   SETTING(name, type, default, choices, state, help), with the meanings of
   policy-keys.h. The state is GATE for what the gate and doveadm alone obey,
   ENFORCED for what sessions obey, too. */
#define COEXIST_SITE_SETTINGS(SETTING) \
	SETTING(on_store_error, CHOICE, "last-known", \
		COEXIST_CHOICE_WORDS(COEXIST_ON_STORE_ERROR_CHOICES), GATE, \
		"What a login gets while the policy can't be read. " \
		"last-known: what was read last, and where nothing was, what " \
		"the rest of the policy says. allow: it passes. tempfail: it " \
		"is asked to come back later.") \
	SETTING(gate_at, CHOICE, "reply", \
		COEXIST_CHOICE_WORDS(COEXIST_GATE_AT_CHOICES), GATE, \
		"Where passdb coexist decides. reply: where Dovecot is about " \
		"to let a login in. chain: among the passdbs, all of which " \
		"have to go on to it with result_success = continue-ok.") \
	SETTING(on_no_gate, CHOICE, "allow", \
		COEXIST_CHOICE_WORDS(COEXIST_ON_NO_GATE_CHOICES), GATE, \
		"What a login gets that a passdb lets in without going on to " \
		"passdb coexist, where that one decides among the passdbs. " \
		"allow: it passes, with an error in the log. tempfail: it is " \
		"asked to come back later, too.") \
	SETTING(log_only, FLAG, "no", "no yes", GATE, \
		"yes only logs what would have been refused.") \
	SETTING(webmail_networks, NETWORKS, "", "", GATE, \
		"IMAP logins from these networks are webmail: its hosts, also " \
		"if they forward the addresses of their users.") \
	SETTING(verified_networks, NETWORKS, "", "", GATE, \
		"Logins from these networks have had their passwords verified " \
		"by who connects. Elsewhere a proxy with nopassword has " \
		"nobody who did, and refuses none.") \
	SETTING(master_bypass, FLAG, "yes", "yes no", GATE, \
		"Do master users log in whatever the mailbox's policy says?") \
	SETTING(policy_public_keys, PATHS, "", "", GATE, \
		"Files with Ed25519 public keys. Where there are some, a " \
		"document counts only with a signature of one of them.") \
	SETTING(archive_mailbox, TEXT, "Archive", "", ENFORCED, \
		"The mailbox to which pop3_delete = archive moves messages.") \
	SETTING(template_dir, PATHS, "", "", ENFORCED, \
		"Directory with texts of the site's own.") \
	SETTING(quota_warn_first, FLAG, "no", "no yes", ENFORCED, \
		"Is the owner told of a level that a mailbox is at when it is " \
		"looked at for the first time? no only records it.") \
	SETTING(recheck_interval, INTERVAL, "5 min", "", ENFORCED, \
		"How long an open session goes on before it asks again " \
		"whether its policy allows that, without being told of a " \
		"change; 1 min at least.") \
	SETTING(retention_notice_days, NUMBER, "7", "", ENFORCED, \
		"Days that the owner is told before pop3_keep_days removes " \
		"messages for the first time, more messages than before, or " \
		"many at once; 0 is off.") \
	SETTING(sent_copy_listener, FLAG, "no", "no yes", ENFORCED, \
		"On the command line of an LMTP service of its own: what that " \
		"service is given are copies of what their recipients have " \
		"sent, for sent_copy.") \
	SETTING(note_last_use, CHOICE, "no", \
		COEXIST_CHOICE_WORDS(COEXIST_NOTE_LAST_USE_CHOICES), ENFORCED, \
		"Is it noted in the mailbox when it was last used by which " \
		"protocol? time: the day. address: with the client's address.")

#define COEXIST_SITE_ENUM(name, type, default_value, choices, state, help) \
	COEXIST_SITE_##name,
enum coexist_site_setting {
	COEXIST_SITE_SETTINGS(COEXIST_SITE_ENUM)
	COEXIST_SITE_COUNT
};
#undef COEXIST_SITE_ENUM

enum coexist_gate_at {
	COEXIST_CHOICE_IDS(COEXIST_GATE_AT_CHOICES)
};

enum coexist_on_no_gate {
	COEXIST_CHOICE_IDS(COEXIST_ON_NO_GATE_CHOICES)
};

enum coexist_note_last_use {
	COEXIST_CHOICE_IDS(COEXIST_NOTE_LAST_USE_CHOICES)
};

enum coexist_on_store_error {
	COEXIST_CHOICE_IDS(COEXIST_ON_STORE_ERROR_CHOICES)
};

#endif
