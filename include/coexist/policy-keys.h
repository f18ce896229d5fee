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
   choices  the words that are allowed, separated by spaces, or ""
   state    who obeys the key, and so has to be told of it: DELIVERY any
            session and each delivery, ENFORCED any session, POP3 a session of POP3,
            MAILDROP such a session and doveadm, which explains it, LOGIN the gate, or the session of
            that login where the gate did not decide, GATE the gate alone
   help     one line

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

#define COEXIST_SHOW_CHOICES(FIRST, NEXT) \
	FIRST(SHOW_ALL, "all") \
	NEXT(SHOW_UNREAD, "unread")

#define COEXIST_SENT_COPY_CHOICES(FIRST, NEXT) \
	FIRST(SENT_COPY_NEVER, "never") \
	NEXT(SENT_COPY_ALWAYS, "always") \
	NEXT(SENT_COPY_POP3, "pop3")

#define COEXIST_OVER_QUOTA_CHOICES(FIRST, NEXT) \
	FIRST(OVER_QUOTA_SKIP, "skip") \
	NEXT(OVER_QUOTA_SAVE, "save")

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
	KEY(protocol##_networks, NETWORKS, "", "", LOGIN, \
	    "Client networks that may use " label "; empty means any.") \
	KEY(protocol##_until, DATE, "none", "", LOGIN, \
	    "From this date (UTC) on, " label " is refused and the refusal " \
	    "names the date.") \
	KEY(protocol##_max_sessions, NUMBER, "0", "", GATE, \
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
	KEY(until_notice, INTERVALS, "", "", ENFORCED, \
	    "How long before the date of P_until who uses that protocol is " \
	    "told by a notice, once for each time in the list; empty is " \
	    "never.") \
	KEY(pop3_login_delay, INTERVAL, "0", "", POP3, \
	    "Least time between two POP3 logins (RFC 2449 LOGIN-DELAY), " \
	    "announced and enforced.") \
	KEY(deny_text, TEXT, "", "", LOGIN, \
	    "The administrator's own text for refusals.") \
	KEY(language, LANGUAGE, "en", "", DELIVERY, \
	    "Language tag for texts; falls back to its base, then to en.") \
	KEY(pop3_mark_read, CHOICE, "stock", \
	    COEXIST_CHOICE_WORDS(COEXIST_MARK_READ_CHOICES), ENFORCED, \
	    "What makes a message downloaded by POP3 read in IMAP. stock: " \
	    "exactly as Dovecot. complete: a RETR that the client confirmed " \
	    "with its next command. quit: the same, applied only at QUIT. " \
	    "never: nothing does.") \
	KEY(pop3_mark_read_days, NUMBER, "0", "", POP3, \
	    "Mark only messages received within so many days; 0 means no " \
	    "limit. Without effect on stock and never.") \
	KEY(pop3_mark_downloaded, FLAG, "no", "no yes", ENFORCED, \
	    "Add the keyword $POP3Downloaded to confirmed downloads.") \
	KEY(pop3_fetcher_networks, NETWORKS, "", "", POP3, \
	    "POP3 sessions from these networks (a ticket system, a backup) " \
	    "never mark anything.") \
	KEY(pop3_delete, CHOICE, "expunge", \
	    COEXIST_CHOICE_WORDS(COEXIST_DELETE_CHOICES), ENFORCED, \
	    "What DELE and QUIT do. hide: the message stays in IMAP, read, " \
	    "and is never listed to POP3 again. trash, archive: it is moved " \
	    "there, read.") \
	KEY(pop3_delete_limit, NUMBER, "0", "", ENFORCED, \
	    "A POP3 session that deletes more messages than this is held: " \
	    "all of them are hidden and kept, and the owner is told by a " \
	    "notice; 0 is off.") \
	KEY(pop3_keep_days, NUMBER, "0", "", ENFORCED, \
	    "Days that a message in INBOX is kept, counted from its first " \
	    "confirmed download by POP3, unless it is unread, flagged, " \
	    "answered or a draft; 0 is off.") \
	KEY(pop3_show, CHOICE, "all", \
	    COEXIST_CHOICE_WORDS(COEXIST_SHOW_CHOICES), MAILDROP, \
	    "What a POP3 client is shown. unread: nothing that IMAP has read, " \
	    "nor what a POP3 session downloaded, marked and ended by QUIT.") \
	KEY(pop3_show_days, NUMBER, "0", "", MAILDROP, \
	    "Show a POP3 client only messages received today or on so many " \
	    "days before (UTC); 0 means no limit.") \
	KEY(pop3_show_since, DATE, "none", "", MAILDROP, \
	    "Show a POP3 client only messages received since this date " \
	    "(UTC).") \
	KEY(pop3_show_deleted, FLAG, "yes", "yes no", MAILDROP, \
	    "no hides messages from POP3 that IMAP flagged \\Deleted.") \
	KEY(pop3_max_messages, NUMBER, "0", "", MAILDROP, \
	    "Show a POP3 client only the newest so many of the messages that " \
	    "the other keys let through; 0 means all.") \
	KEY(pop3_folders, MAILBOXES, "INBOX", "", MAILDROP, \
	    "The mailboxes and patterns that make up the POP3 maildrop.") \
	KEY(sent_copy, CHOICE, "never", \
	    COEXIST_CHOICE_WORDS(COEXIST_SENT_COPY_CHOICES), DELIVERY, \
	    "Is what this mailbox sends kept in its mailbox for sent " \
	    "messages, once? pop3: while it is used by POP3, within the last " \
	    "30 days.") \
	KEY(sent_copy_bcc, FLAG, "no", "no yes", DELIVERY, \
	    "Does the copy say in Bcc to whom the message went that its " \
	    "header does not name?") \
	KEY(sent_copy_max_size, SIZE, "0", "", DELIVERY, \
	    "No copy is kept of larger messages; 0 means no limit.") \
	KEY(sent_copy_over_quota, CHOICE, "skip", \
	    COEXIST_CHOICE_WORDS(COEXIST_OVER_QUOTA_CHOICES), DELIVERY, \
	    "What happens to the copy when the mailbox is full.") \
	KEY(quota_warn, PERCENTS, "", "", DELIVERY, \
	    "Levels of usage, in percent, at which the owner is told.") \
	KEY(quota_warn_free, SIZES, "", "", DELIVERY, \
	    "Levels of space left at which the owner is told.") \
	KEY(quota_warn_rearm, NUMBER, "5", "", DELIVERY, \
	    "Percentage points that usage must fall below a level before " \
	    "that level can fire again.") \
	KEY(quota_warn_repeat, INTERVAL, "0", "", DELIVERY, \
	    "Reminder interval while usage stays at or above a level; 0 is " \
	    "off.") \
	KEY(quota_warn_channels, CHOICES, "mail", "mail alert event", DELIVERY, \
	    "How the owner is told.") \
	KEY(quota_warn_recovered, FLAG, "no", "no yes", DELIVERY, \
	    "Tell the owner when usage is back below every level.") \
	KEY(junk_notice, INTERVAL, "0", "", ENFORCED, \
	    "How often an owner who reads the mailbox by POP3 alone is told of " \
	    "new mail in the mailbox for junk; 0 is never.") \
	KEY(junk_notice_list, FLAG, "no", "no yes", POP3, \
	    "Does that notice list the senders' domains and the subjects?") \
	KEY(owner_may_change, KEYS, "none", "", DELIVERY, \
	    "The keys whose value the owner of a mailbox may choose, unless a " \
	    "narrower scope than this one names the key itself. undo: the " \
	    "owner may bring back what a POP3 session hid or moved.") \
	KEY(owner_bounds, BOUNDS, "", "", DELIVERY, \
	    "What the owner of a mailbox may choose: for a key the values, " \
	    "or the least and the greatest, that count.") \
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

/* Beside these, a word in owner_may_change that is no key. */
#define COEXIST_MAY_UNDO_WORD "undo"

/* The openable keys: those that owner_may_change can open to the owner of a mailbox,
   and the bounds that hold of them wherever they are opened, as owner_bounds has
   them, or "". Never what says who may log in, from where or how often, nor texts,
   nor presets. The order is that in which the owner is shown them. */
#define COEXIST_OPENABLE_KEYS(OPENABLE) \
	OPENABLE(pop3_mark_read, "") \
	OPENABLE(pop3_delete, "hide,trash,archive") \
	OPENABLE(pop3_keep_days, "") \
	OPENABLE(pop3_show, "") \
	OPENABLE(pop3_show_days, "") \
	OPENABLE(pop3_show_since, "") \
	OPENABLE(pop3_show_deleted, "") \
	OPENABLE(pop3_folders, "") \
	OPENABLE(quota_warn, "") \
	OPENABLE(quota_warn_free, "") \
	OPENABLE(quota_warn_rearm, "") \
	OPENABLE(quota_warn_repeat, "") \
	OPENABLE(quota_warn_channels, "") \
	OPENABLE(quota_warn_recovered, "") \
	OPENABLE(language, "")

#define COEXIST_OPENABLE_ENUM(name, bounds) COEXIST_OPENABLE_##name,
enum coexist_openable {
	COEXIST_OPENABLE_KEYS(COEXIST_OPENABLE_ENUM)
	COEXIST_OPENABLE_COUNT
};
#undef COEXIST_OPENABLE_ENUM

/* The choices that code switches on. */
enum coexist_mark_read {
	COEXIST_CHOICE_IDS(COEXIST_MARK_READ_CHOICES)
};

enum coexist_delete {
	COEXIST_CHOICE_IDS(COEXIST_DELETE_CHOICES)
};

enum coexist_show {
	COEXIST_CHOICE_IDS(COEXIST_SHOW_CHOICES)
};

enum coexist_sent_copy {
	COEXIST_CHOICE_IDS(COEXIST_SENT_COPY_CHOICES)
};

enum coexist_over_quota {
	COEXIST_CHOICE_IDS(COEXIST_OVER_QUOTA_CHOICES)
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
