/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_KEYS_H
#define COEXIST_POLICY_KEYS_H

#include "coexist/choices.h"

/* THE table of policy keys. Whatever must know the list of keys is made from
   it: the parser, the merge of scopes, the settings of Dovecot 2.4, the reader
   for Dovecot 2.3, the manual page. A new key is a line here plus the code
   that obeys it.

   KEY(name, type, default, choices, state, help)

   name     as in a policy document; `coexist_<name>` as a dovecot.conf setting
            and as a userdb field
   type     a COEXIST_TYPE_* of policy-value.h without its prefix
   default  the built-in value, in the syntax of the type
   choices  the words that are allowed, separated by spaces, or NULL
   state    who obeys the key, and so has to be told of it: ENFORCED any
            session, POP3 a session of POP3, LOGIN the gate, or the session of
            that login where the gate did not decide, GATE the gate alone,
            LATER nobody yet
   help     one line; the manual adds "Not enforced yet." to a LATER key

   The order is that of the manual and, on Dovecot 2.4, that of the settings
   structure which the config process and the sessions must share. */

/* What a key's name begins with in dovecot.conf and in the userdb. */
#define COEXIST_KEY_PREFIX "coexist_"

/* The choices of keys: see choices.h. */
#define COEXIST_ACCESS_CHOICES(FIRST, NEXT) \
	FIRST(ACCESS_ALLOW, "allow") \
	NEXT(ACCESS_DENY, "deny") \
	NEXT(ACCESS_SUSPEND, "suspend")

#define COEXIST_TLS_CHOICES(FIRST, NEXT) \
	FIRST(TLS_ANY, "any") \
	NEXT(TLS_REQUIRED, "required")

#define COEXIST_MARK_READ_CHOICES(FIRST, NEXT) \
	FIRST(MARK_READ_STOCK, "stock") \
	NEXT(MARK_READ_COMPLETE, "complete") \
	NEXT(MARK_READ_QUIT, "quit") \
	NEXT(MARK_READ_NEVER, "never")

#define COEXIST_DELETE_CHOICES(FIRST, NEXT) \
	FIRST(DELETE_EXPUNGE, "expunge") \
	NEXT(DELETE_HIDE, "hide") \
	NEXT(DELETE_TRASH, "trash") \
	NEXT(DELETE_ARCHIVE, "archive")

#define COEXIST_PRESET_CHOICES(FIRST, NEXT) \
	FIRST(PRESET_NONE, "none") \
	NEXT(PRESET_CLASSIC, "classic") \
	NEXT(PRESET_SAFE, "safe") \
	NEXT(PRESET_MULTI_DEVICE, "multi-device") \
	NEXT(PRESET_READ_ONLY, "read-only") \
	NEXT(PRESET_ARCHIVE, "archive")

/* Keys that exist once for each protocol. */
#define COEXIST_PROTOCOL_KEYS(KEY, protocol, label) \
	KEY(protocol##_access, ACCESS, "allow", \
	    COEXIST_CHOICE_WORDS(COEXIST_ACCESS_CHOICES), LOGIN, \
	    "May this mailbox log in by " label "? suspend is a deny that a " \
	    "narrower scope cannot lift.") \
	KEY(protocol##_networks, NETWORKS, "", NULL, LOGIN, \
	    "Client networks that may use " label "; empty means any.") \
	KEY(protocol##_until, DATE, "none", NULL, LOGIN, \
	    "From this date (UTC) on, " label " is refused and the refusal " \
	    "names the date.") \
	KEY(protocol##_max_sessions, NUMBER, "0", NULL, GATE, \
	    "Concurrent " label " sessions of this mailbox, all addresses " \
	    "together; 0 leaves it to Dovecot's own limit.")

#define COEXIST_TLS_KEY(KEY, protocol, label) \
	KEY(protocol##_tls, CHOICE, "any", \
	    COEXIST_CHOICE_WORDS(COEXIST_TLS_CHOICES), LOGIN, \
	    "Must the connection be TLS to use " label "?")

#define COEXIST_POLICY_KEYS(KEY) \
	COEXIST_PROTOCOL_KEYS(KEY, imap, "IMAP") \
	COEXIST_TLS_KEY(KEY, imap, "IMAP") \
	COEXIST_PROTOCOL_KEYS(KEY, pop3, "POP3") \
	COEXIST_TLS_KEY(KEY, pop3, "POP3") \
	COEXIST_PROTOCOL_KEYS(KEY, submission, "submission") \
	COEXIST_TLS_KEY(KEY, submission, "submission") \
	COEXIST_PROTOCOL_KEYS(KEY, sieve, "ManageSieve") \
	COEXIST_TLS_KEY(KEY, sieve, "ManageSieve") \
	COEXIST_PROTOCOL_KEYS(KEY, webmail, "webmail") \
	KEY(pop3_login_delay, INTERVAL, "0", NULL, POP3, \
	    "Least time between two POP3 logins (RFC 2449 LOGIN-DELAY), " \
	    "announced and enforced.") \
	KEY(deny_text, TEXT, "", NULL, LOGIN, \
	    "The administrator's own text for refusals.") \
	KEY(language, LANGUAGE, "en", NULL, ENFORCED, \
	    "Language tag for texts; falls back to its base, then to en.") \
	KEY(pop3_mark_read, CHOICE, "stock", \
	    COEXIST_CHOICE_WORDS(COEXIST_MARK_READ_CHOICES), ENFORCED, \
	    "What makes a message downloaded by POP3 read in IMAP. stock: " \
	    "exactly as Dovecot. complete: a RETR that the client confirmed " \
	    "with its next command. quit: the same, applied only at QUIT. " \
	    "never: nothing does.") \
	KEY(pop3_mark_read_days, NUMBER, "0", NULL, POP3, \
	    "Mark only messages received within so many days; 0 means no " \
	    "limit. Without effect on stock and never.") \
	KEY(pop3_mark_downloaded, FLAG, "no", "no yes", ENFORCED, \
	    "Add the keyword $POP3Downloaded to confirmed downloads.") \
	KEY(pop3_fetcher_networks, NETWORKS, "", NULL, POP3, \
	    "POP3 sessions from these networks (a ticket system, a backup) " \
	    "never mark anything.") \
	KEY(pop3_delete, CHOICE, "expunge", \
	    COEXIST_CHOICE_WORDS(COEXIST_DELETE_CHOICES), ENFORCED, \
	    "What DELE and QUIT do. hide: the message stays in IMAP, read, " \
	    "and is never listed to POP3 again. trash, archive: it is moved " \
	    "there, read.") \
	KEY(pop3_delete_limit, NUMBER, "0", NULL, ENFORCED, \
	    "A POP3 session that deletes more messages than this is held: " \
	    "all of them are hidden and kept, and the owner is told by a " \
	    "notice; 0 is off.") \
	KEY(pop3_keep_days, NUMBER, "0", NULL, ENFORCED, \
	    "Days that a message in INBOX is kept, counted from its first " \
	    "confirmed download by POP3, unless it is unread, flagged, " \
	    "answered or a draft; 0 is off.") \
	KEY(pop3_show, CHOICE, "all", "all unread", LATER, \
	    "What a POP3 client is shown.") \
	KEY(pop3_show_days, NUMBER, "0", NULL, LATER, \
	    "Show a POP3 client only messages received within so many days; " \
	    "0 means no limit.") \
	KEY(pop3_show_since, DATE, "none", NULL, LATER, \
	    "Show a POP3 client only messages received since this date.") \
	KEY(pop3_show_deleted, FLAG, "yes", "yes no", LATER, \
	    "no hides messages from POP3 that IMAP flagged \\Deleted.") \
	KEY(pop3_max_messages, NUMBER, "0", NULL, LATER, \
	    "Show a POP3 client only the newest so many messages; 0 means " \
	    "all.") \
	KEY(pop3_folders, MAILBOXES, "INBOX", NULL, LATER, \
	    "The mailboxes and patterns that make up the POP3 maildrop.") \
	KEY(quota_warn, PERCENTS, "", NULL, ENFORCED, \
	    "Levels of usage, in percent, at which the owner is told.") \
	KEY(quota_warn_free, SIZES, "", NULL, ENFORCED, \
	    "Levels of space left at which the owner is told.") \
	KEY(quota_warn_rearm, NUMBER, "5", NULL, ENFORCED, \
	    "Percentage points that usage must fall below a level before " \
	    "that level can fire again.") \
	KEY(quota_warn_repeat, INTERVAL, "0", NULL, ENFORCED, \
	    "Reminder interval while usage stays at or above a level; 0 is " \
	    "off.") \
	KEY(quota_warn_channels, CHOICES, "mail", "mail alert event", ENFORCED, \
	    "How the owner is told.") \
	KEY(quota_warn_recovered, FLAG, "no", "no yes", ENFORCED, \
	    "Tell the owner when usage is back below every level.") \
	KEY(preset, CHOICE, "none", \
	    COEXIST_CHOICE_WORDS(COEXIST_PRESET_CHOICES), ENFORCED, \
	    "A named bundle of the keys above; explicit keys win.")

#define COEXIST_KEY_ENUM(name, type, default_value, choices, state, help) \
	COEXIST_KEY_##name,
enum coexist_key {
	COEXIST_POLICY_KEYS(COEXIST_KEY_ENUM)
	COEXIST_KEY_COUNT
};
#undef COEXIST_KEY_ENUM

/* The choices that code switches on. */
enum coexist_mark_read {
	COEXIST_CHOICE_IDS(COEXIST_MARK_READ_CHOICES)
};

enum coexist_delete {
	COEXIST_CHOICE_IDS(COEXIST_DELETE_CHOICES)
};

enum coexist_access {
	COEXIST_CHOICE_IDS(COEXIST_ACCESS_CHOICES)
};

enum coexist_tls {
	COEXIST_CHOICE_IDS(COEXIST_TLS_CHOICES)
};

enum coexist_preset {
	COEXIST_CHOICE_IDS(COEXIST_PRESET_CHOICES)
	COEXIST_PRESET_COUNT
};

#endif
