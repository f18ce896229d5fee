/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_HANDOVER_H
#define COEXIST_POLICY_HANDOVER_H

#include "policy-decision.h"
#include "policy-owner.h"

/* The hand-over of a policy: what the documents say, from the auth process to a
   session, packed into the value of a single userdb field:

     <word>;<name>=<text>;<name>=<text>

   The field is one because each costs Dovecot 2.3 some 20,000 instructions. Its
   bytes are those that no part of Dovecot changes on the way: 2.3 expands %
   variables in it, and the auth protocol writes control characters as two. So
   these, and what the field itself is made of, are a backslash and a letter.

   Auth and sessions may be of different versions while a host is upgraded: auth
   goes on with its old modules until Dovecot is reloaded, a session process that
   waits for clients does, too, and a hibernated session brings the field of its
   login back after days. A reader skips each name that it does not know, so one
   more name is no other format.

   The format has the number 1, and a hand-over of it says no number. A later one,
   format=<number>, is for what a reader must not skip: a name, or one more word
   as the text of a known name, which a reader that does not know it takes for
   none. A reader that finds a higher number obeys what it knows and takes the
   hand-over for a partial one, by which nothing expires and a deletion does what
   the last one did (delete-memory.h). It can refuse nothing for a reason that it
   does not know. */

#define COEXIST_HANDOVER_FORMAT_NUMBER 1

/* The words of the field coexist_gate, with which the gate let a login pass: the
   policy lets it, whatever would have been refused is only logged, or it is a
   master user's whom the policy does not hold. */
#define COEXIST_USERDB_GATE_PASSED "passed"
#define COEXIST_USERDB_GATE_LOG_ONLY "log-only"
#define COEXIST_USERDB_GATE_EXEMPT "exempt"

/* The carrier of a hand-over that the auth process adds behind all userdbs: the field
   admin=no coexist_<gate or policy>=<value>

   A field of a name of ours costs a session of Dovecot 2.3 some 29,000 instructions,
   as Dovecot looks for the name among all settings, four times. It reads the field
   admin before that, and of its value the first letter only: user_reply_handle() in
   lib-storage/mail-storage-service.c, line[6] == 'y' in 2.3.19 and 2.3.21,
   strchr("1Yy", value[0]) from 2.4.0 to 2.4.5. "no" is what holds without the field,
   and a userdb that names it itself makes us take a field of our own name. All of
   the value is in struct mail_user.userdb_fields, hibernated sessions included.

   auth_mech would do as well, which auth appends once more with the true value, were
   it not for scripts after the login (script-login): of two fields of a name
   these give the session the last one, twice. */
#define COEXIST_HANDOVER_CARRIER "admin"
#define COEXIST_HANDOVER_CARRIER_BEGIN "no "
/* What the carrier's value has before the value of the field coexist_<name>, which is
   a literal. */
#define COEXIST_HANDOVER_CARRIED(name) \
	COEXIST_HANDOVER_CARRIER_BEGIN COEXIST_KEY_PREFIX name "="

/* The items that are no policy keys, a line each: (id, name, LONG if it may be
   left out for want of room, else SHORT). */
#define COEXIST_HANDOVER_ITEMS(I) \
	/* the number of a format after the first */ \
	I(FORMAT, "format", SHORT) \
	/* There may be documents that nobody could read. */ \
	I(PARTIAL, "partial", SHORT) \
	/* For sessions that hear of changes: the generation of the store that the
	   gate decided by, if that was new then (store-generation.h), and the day,
	   as a number since 1970-01-01, from which on the policy refuses it. */ \
	I(GENERATION, "store", SHORT) \
	I(UNTIL, "until", SHORT) \
	/* Where a key is open to the mailbox' owner: those of the open keys that no \
	   choice counts for all the same, or "none". */ \
	I(OWNER, "owner", SHORT) \
	/* For a session of POP3: whose documents name the keys by which it is shown what it is, \
	   which its log says where such a key begins to act. */ \
	I(ORIGINS, "origins", SHORT) \
	/* The gate took an IMAP login for one of webmail, which a session of IMAP
	   does not see, and decided by the keys of that. */ \
	I(WEBMAIL, "webmail", SHORT) \
	/* For a login that was forwarded, where the session does not see what the \
	   gate has seen: whether the connection was TLS, yes or no. */ \
	I(TLS, "tls", SHORT) \
	/* With until_notice: what the mailbox can be read by when the protocol has \
	   ended, or "none". */ \
	I(INSTEAD, "instead", SHORT) \
	/* In the answer to a session that asked again (recheck-query.h): it has to
	   end. The line for its client, and why, as the log says it. */ \
	I(REFUSAL, "refusal", SHORT) \
	I(REFUSED_BY, "refused_by", SHORT) \
	/* In any answer to it: which documents there were, for the next time. */ \
	I(DOCUMENTS, "documents", SHORT) \
	/* what the client is told when it comes back too early */ \
	I(DELAY_TEXT, "login_delay_text", LONG)

enum coexist_handover_item {
#define COEXIST_HANDOVER_ID(id, name, length) COEXIST_HANDOVER_##id,
	COEXIST_HANDOVER_ITEMS(COEXIST_HANDOVER_ID)
#undef COEXIST_HANDOVER_ID
	COEXIST_HANDOVER_ITEM_COUNT
};

/* Dovecot takes 8192 bytes of what the userdb says, the names of the fields and
   the user's included (MAX_INBUF_SIZE of lib-auth/auth-master.c,
   AUTH_MAX_INBUF_SIZE of lib-master/master-login-auth.c). 2 kB of them are left
   to all other fields, and some to the user's own. */
#define COEXIST_HANDOVER_MAX_SIZE (5 * 1024 + 512)

/* What is handed over, and to whom. */
struct coexist_handover {
	/* whose session; OTHER for a service that has no logins */
	enum coexist_protocol protocol;
	/* one that brings mail to the mailbox, and is no session */
	bool is_delivery;
	/* the gate has decided about the login */
	bool gate_decided;
	/* indexed by key, NULL if no document names the key */
	const char *texts[COEXIST_KEY_COUNT];
	/* all of them are NULL, so that nobody has to look */
	bool no_texts;
	/* NULL for those that are not there */
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];
};

/* Returns TRUE for a key that who is handed something obeys, by the protocol and
   the flags. */
bool coexist_handover_takes(const struct coexist_handover *handover,
			    enum coexist_key key);
/* Appends the items and the keys that the session obeys, each behind a semicolon,
   and nothing if there are none. Where they are more than
   COEXIST_HANDOVER_MAX_SIZE, the long ones are left out: first come the short
   ones, so that what removes or keeps messages is never among them, then those by
   which the session decides, then all others as they fit. Returns how many bytes
   all of them would have been. */
size_t coexist_handover_write(const struct coexist_handover *handover,
			      string_t *dest,
			      bool left_out_r[COEXIST_KEY_COUNT]);
/* Returns the names of those that were left out, on the data stack: empty if
   there are none. */
const char *
coexist_handover_left_out(const bool left_out[COEXIST_KEY_COUNT]);

/* Reads the keys of a field's value into texts, indexed by key, and its items: NULL
   for those that are not there, else from the pool. An empty text is the value of a
   preset that says so (see struct coexist_scope). items_r may be NULL. */
void coexist_handover_read(pool_t pool, const char *value,
			   const char *texts_r[COEXIST_KEY_COUNT],
			   const char *items_r[COEXIST_HANDOVER_ITEM_COUNT]);
/* Reads the items of a field's value: NULL for those that are not there, else on
   the data stack. */
void coexist_handover_read_items(const char *value,
				 const char *items_r[COEXIST_HANDOVER_ITEM_COUNT]);
/* Returns TRUE if the value is that of a login by webmail. */
bool coexist_handover_is_webmail(const char *value);
/* Returns TRUE if there is more in the value than the word with which it begins and
   what goes along with any login: the generation, the day, that it is webmail's, and
   whether it is TLS. */
bool coexist_handover_says_more(const char *value);
/* Returns the word with which the value begins, on the data stack. */
const char *coexist_handover_word(const char *value);
/* Returns TRUE if these items of a value say that there may be documents that could
   not be read, so that what they say is not in it, or that it is in a format of
   later versions. */
bool coexist_handover_is_partial(
	const char *const items[COEXIST_HANDOVER_ITEM_COUNT]);
/* Returns the text for a client that comes back too early, on the data stack, or
   NULL if it is not there. */
const char *coexist_handover_delay_text(const char *value);

/* Returns the text of the item OWNER for these keys, on the data stack;
   coexist_openable_parse() reads it. */
const char *coexist_handover_owner_text(coexist_openable_set fixed);

/* Adds to the text of the item ORIGINS that the document of a scope names the key. */
void coexist_handover_origin_add(string_t *text, enum coexist_key key,
				 const char *scope_word);
/* Returns the word of that scope by a field's value, on the data stack, or NULL if it has
   none. */
const char *
coexist_handover_origin_find(const char *value, enum coexist_key key);

/* Returns TRUE if one of the fields is ours, be it a hand-over, a policy key or
   unknown. fields may be NULL. Of most users none is, and this is asked for each. */
bool coexist_handover_fields_have_ours(const char *const *fields);
/* Returns the value of the hand-over, be it in the carrier or in a field of its own
   name as earlier versions send it, or NULL if there is none. fields may be NULL. */
const char *coexist_handover_find(const char *const *fields);
/* The same for an item alone, in the form that it has there and not ended, with its
   length. Costs little: each login asks. */
const char *coexist_handover_find_raw(const char *const *fields,
				      enum coexist_handover_item item,
				      size_t *length_r);
/* Returns the word with which the gate let the login pass, on the data stack, or
   NULL if there was no gate. fields may be NULL. */
const char *coexist_handover_find_gate(const char *const *fields);

#endif
