/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in sent-pair.h. */

#include "lib.h"
#include "sent-pair.h"
#include "istream.h"
#include "mail-storage-private.h"
#include "coexist-event.h"
#include "sent-mail.h"

static bool
same_id(const struct coexist_sent_keys *a, const struct coexist_sent_keys *b)
{
	return coexist_sent_key_equals(a->id, b->id);
}

static bool
same_look(const struct coexist_sent_keys *a, const struct coexist_sent_keys *b)
{
	return coexist_sent_key_equals(a->look, b->look);
}

static bool
same_but_date(const struct coexist_sent_keys *a,
	      const struct coexist_sent_keys *b)
{
	return coexist_sent_key_equals(a->undated, b->undated);
}

/* The server stores what was sent, and who sends it again sends the same. */
static bool
same_sent(const struct coexist_sent_keys *a, const struct coexist_sent_keys *b)
{
	return same_look(a, b) && memcmp(a, b, sizeof(*a)) == 0;
}

typedef bool
keys_equal_t(const struct coexist_sent_keys *a,
	     const struct coexist_sent_keys *b);

/* By what two copies of a message are known that have the same body, the surest
   first. */
static keys_equal_t *const twin_keys[] = {
	same_id, same_look, same_but_date
};

/* Returns the next record of the kind with such keys, or NULL. */
static const struct coexist_sent_record *
record_next(const struct coexist_sent_ring *ring, unsigned int *idx,
	    enum coexist_sent_kind kind, keys_equal_t *equal,
	    const struct coexist_sent_keys *keys)
{
	const struct coexist_sent_record *records =
		coexist_sent_ring_records(ring);
	const struct coexist_sent_record *record;

	while (*idx < COEXIST_SENT_RING_SIZE) {
		record = &records[(*idx)++];
		if (record->number != 0 && record->kind == kind &&
		    equal(&record->keys, keys))
			return record;
	}
	return NULL;
}

/* The server's */

static bool
record_has_body(struct mail_user *user,
		const struct coexist_sent_record *record,
		const struct coexist_sent_body *body)
{
	struct coexist_sent_mail mail;
	bool equal;

	/* a printer sends hundreds that look alike: each would be opened */
	if (record->body != 0 && body->hash != 0 &&
	    record->body != body->hash)
		return FALSE;
	if (coexist_sent_mail_open_record(user, record, &mail) <= 0)
		return FALSE;
	equal = coexist_sent_mail_has_body(&mail, body);
	coexist_trace(user, "Sent message with UID %u: it has %s body",
		      record->place.uid, equal ? "the same" : "another");
	coexist_sent_mail_close(&mail);
	return equal;
}

/* Returns such a record whose message has the same body, or NULL. */
static const struct coexist_sent_record *
record_find_body(const struct coexist_sent_ring *ring, struct mail_user *user,
		 enum coexist_sent_kind kind, keys_equal_t *equal,
		 const struct coexist_sent_keys *keys,
		 const struct coexist_sent_body *body)
{
	const struct coexist_sent_record *record;
	unsigned int i = 0;

	do {
		record = record_next(ring, &i, kind, equal, keys);
	} while (record != NULL && !record_has_body(user, record, body));
	return record;
}

/* The same for a copy of the other kind. */
static const struct coexist_sent_record *
record_find_twin(const struct coexist_sent_ring *ring, struct mail_user *user,
		 enum coexist_sent_kind kind,
		 const struct coexist_sent_keys *keys,
		 const struct coexist_sent_body *body)
{
	const struct coexist_sent_record *record = NULL;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(twin_keys) && record == NULL; i++) {
		record = record_find_body(ring, user, kind, twin_keys[i], keys,
					  body);
	}
	return record;
}

/* Notes that the server stored none because of the program's. A retry is known by
   that, too. */
static void
pair_note(struct coexist_sent_ring *ring,
	  const struct coexist_sent_record *client,
	  const struct coexist_sent_keys *keys,
	  const struct coexist_sent_body *body)
{
	struct coexist_sent_record record = {
		.kind = COEXIST_SENT_REPLACED,
		.place = client->place,
		.keys = *keys,
		.body = body->hash
	};

	coexist_sent_ring_change(ring, client, COEXIST_SENT_PAIRED,
				 &client->place);
	coexist_sent_ring_add(ring, &record);
}

/* A record alone is not believed: what the program has stored may be another form of
   the message, or gone. */
enum coexist_sent_twin
coexist_sent_pair_server(struct coexist_sent_ring *ring, struct mail_user *user,
			 const struct coexist_sent_keys *keys,
			 const struct coexist_sent_body *body)
{
	const struct coexist_sent_record *record;

	record = record_find_twin(ring, user, COEXIST_SENT_CLIENT, keys, body);
	if (record != NULL) {
		pair_note(ring, record, keys, body);
		return COEXIST_SENT_TWIN_CLIENT;
	}
	if (record_find_body(ring, user, COEXIST_SENT_SERVER, same_sent, keys,
			     body) != NULL ||
	    record_find_body(ring, user, COEXIST_SENT_REPLACED, same_sent,
			     keys, body) != NULL)
		return COEXIST_SENT_TWIN_RETRY;
	return COEXIST_SENT_TWIN_NONE;
}

/* The program's */

struct client_copy {
	struct coexist_sent_ring *ring;
	struct mailbox *box;
	uint32_t uidvalidity, uid;
};

/* Returns the one record of the server's with these keys, or NULL. */
static const struct coexist_sent_record *
server_find_only(const struct coexist_sent_ring *ring,
		 const struct coexist_sent_keys *keys)
{
	const struct coexist_sent_record *record;
	unsigned int i = 0;

	record = record_next(ring, &i, COEXIST_SENT_SERVER, same_id, keys);
	return record == NULL ||
		record_next(ring, &i, COEXIST_SENT_SERVER, same_id,
			    keys) == NULL ? record : NULL;
}

/* Returns the record of the server's copy of a message, or NULL. Programs store other
   forms than they send, without the attachments for one. So the body need not be the
   same where only one message has this Message-ID and Date. */
static const struct coexist_sent_record *
server_find(const struct client_copy *copy, const struct coexist_sent_keys *keys,
	    struct coexist_sent_mail *mail)
{
	struct mail_user *user = copy->box->storage->user;
	const struct coexist_sent_record *record =
		server_find_only(copy->ring, keys);
	struct coexist_sent_body body;

	/* to open a message of a large maildir means to look for its file */
	if (record != NULL)
		return record;
	if (coexist_sent_mail_get_body(mail, &body.input, &body.offset) < 0)
		return NULL;
	body.hash = coexist_sent_body_hash(body.input, body.offset);
	return record_find_twin(copy->ring, user, COEXIST_SENT_SERVER, keys,
				&body);
}

static bool
server_has_any(const struct coexist_sent_ring *ring,
	       const struct coexist_sent_keys *keys)
{
	unsigned int i, first;

	for (i = 0; i < N_ELEMENTS(twin_keys); i++) {
		first = 0;
		if (record_next(ring, &first, COEXIST_SENT_SERVER, twin_keys[i],
				keys) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* What others have done to the server's copy since. It was stored as read, and to remove it
   was meant for that copy alone; whether a message is a draft the program says itself. */
#define MARK_FLAGS (MAIL_ANSWERED | MAIL_FLAGGED)

/* Adds the marks of the server's copy. Returns TRUE if it has any. */
static bool marks_carry_over(struct mail *from, struct coexist_sent_mail *to)
{
	enum mail_flags flags =
		mail_get_flags(from) & (enum mail_flags)MARK_FLAGS;
	const char *const *keywords = mail_get_keywords(from);
	struct mail_keywords *added;

	if (flags != 0)
		mail_update_flags(to->mail, MODIFY_ADD, flags);
	if (*keywords != NULL) {
		added = mailbox_keywords_create_valid(to->box, keywords);
		mail_update_keywords(to->mail, MODIFY_ADD, added);
		mailbox_keywords_unref(&added);
	}
	return flags != 0 || *keywords != NULL;
}

/* The server's copy is in the mailbox into which the program has stored, as it nearly always
   is: a transaction takes the marks over and expunges. To open a large maildir once more is to
   read its list of names once more. Returns as server_remove(). */
static int
server_remove_here(const struct client_copy *copy,
		   const struct coexist_sent_record *record,
		   struct coexist_sent_mail *theirs)
{
	struct mail *ours;
	int ret = coexist_sent_mail_find_record(theirs, record, &ours);

	if (ret <= 0)
		return ret;
	/* whatever happened to the file of records: not the program's own */
	if (ours->uid == copy->uid) {
		mail_free(&ours);
		return -1;
	}
	(void)marks_carry_over(ours, theirs);
	mail_expunge(ours);
	mail_free(&ours);
	return coexist_sent_mail_commit(theirs) < 0 ? -1 : 1;
}

/* Returns as server_remove(). */
static int
server_remove_elsewhere(const struct client_copy *copy,
			const struct coexist_sent_record *record,
			struct coexist_sent_mail *theirs)
{
	struct coexist_sent_mail ours;
	int ret = coexist_sent_mail_open_record(copy->box->storage->user,
						record, &ours);

	if (ret <= 0)
		return ret;
	/* the same mailbox by another name */
	if (ours.mail->uid == copy->uid &&
	    mailbox_backends_equal(ours.box, copy->box))
		ret = -1;
	if (ret > 0 && marks_carry_over(ours.mail, theirs) &&
	    coexist_sent_mail_commit(theirs) < 0)
		ret = -1;
	if (ret < 0) {
		coexist_sent_mail_close(&ours);
		return -1;
	}
	mail_expunge(ours.mail);
	return coexist_sent_mail_commit(&ours) < 0 ? -1 : 1;
}

/* Returns 1 if the server's copy went, 0 if it was gone, or -1 if it stays. */
static int
server_remove(const struct client_copy *copy,
	      const struct coexist_sent_record *record,
	      struct coexist_sent_mail *theirs)
{
	return coexist_sent_mail_is_with(theirs, record) ?
		server_remove_here(copy, record, theirs) :
		server_remove_elsewhere(copy, record, theirs);
}

/* Opens the program's message. A plugin or a script may have removed it already. */
static bool
client_open(const struct client_copy *copy, struct coexist_sent_mail *mail_r)
{
	if (coexist_sent_mail_open_uid(copy->box, copy->uid, mail_r) <= 0)
		return FALSE;
	if ((mail_get_flags(mail_r->mail) & MAIL_DELETED) == 0)
		return TRUE;
	coexist_sent_mail_close(mail_r);
	return FALSE;
}

static void
client_note(struct coexist_sent_ring *ring, const struct coexist_sent_keys *keys,
	    const struct coexist_sent_place *place)
{
	const struct coexist_sent_record record = {
		.kind = COEXIST_SENT_CLIENT,
		.place = *place,
		.keys = *keys
	};

	coexist_sent_ring_add(ring, &record);
}

bool coexist_sent_pair_client(struct coexist_sent_ring *ring,
			      struct mailbox *box,
			      const struct coexist_sent_keys *keys,
			      uint32_t uidvalidity, uint32_t uid)
{
	const struct client_copy copy = {
		.ring = ring,
		.box = box,
		.uidvalidity = uidvalidity,
		.uid = uid
	};
	const struct coexist_sent_place place =
		coexist_sent_place_get(box, uidvalidity, uid);
	const struct coexist_sent_record *record;
	struct coexist_sent_mail theirs;
	int ret;

	if (!server_has_any(ring, keys)) {
		client_note(ring, keys, &place);
		return FALSE;
	}
	if (!client_open(&copy, &theirs))
		return FALSE;
	record = server_find(&copy, keys, &theirs);
	ret = record == NULL ? 0 : server_remove(&copy, record, &theirs);
	coexist_sent_mail_close(&theirs);
	if (record == NULL)
		client_note(ring, keys, &place);
	else if (ret >= 0) {
		/* a retry is compared with the program's copy */
		coexist_sent_ring_change(ring, record, COEXIST_SENT_REPLACED,
					 &place);
	}
	return ret > 0;
}
