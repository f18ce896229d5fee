#ifndef COEXIST_POP3_MARK_H
#define COEXIST_POP3_MARK_H

#include "coexist/policy-keys.h"
#include "download-time.h"

struct coexist_policy;
struct ip_addr;
struct mail;
struct mailbox;
struct mailbox_transaction_context;

/* What a downloaded message looks like in IMAP (doc/pop3-read-state.md). */

struct pop3_read_policy {
	enum coexist_mark_read mark_read;
	/* 0 is no limit */
	unsigned int mark_read_days;
	bool mark_downloaded;
	/* for pop3_keep_days, whatever becomes read */
	bool note_time;
};

/* What is to be changed on one message. */
struct pop3_mark {
	uint32_t uid;
	bool seen;
	bool downloaded;
	/* note that now is the time of the first download */
	bool timed;
};
ARRAY_DEFINE_TYPE(pop3_mark, struct pop3_mark);

/* How many messages changed, and of how many something stays as it was because
   the user may not change it. */
struct pop3_read_result {
	unsigned int changed;
	unsigned int refused;
};

/* Reads the policy of a session from this address, which may be NULL. */
void pop3_read_policy_init(struct pop3_read_policy *read_policy_r,
			   const struct coexist_policy *policy,
			   const struct ip_addr *remote_ip);

/* Returns TRUE if the message is young enough to be marked read. A message
   whose date can't be read is not: unread harms nobody. */
bool pop3_read_policy_is_recent(const struct pop3_read_policy *read_policy,
				struct mail *mail);

/* Returns TRUE and what to change if the message's download changes anything.
   Marking read at QUIT is not part of it: Dovecot does that itself. */
bool pop3_read_policy_get_mark(const struct pop3_read_policy *read_policy,
			       struct mail *mail, struct pop3_mark *mark_r);

/* Adds the changes to the transaction, except on messages which it expunges
   or which are gone. Returns 0 and what becomes of them, or -1 with the error
   set in the mailbox. A read-only mailbox refuses all. */
int pop3_read_state_apply(struct mailbox_transaction_context *t,
			  const struct pop3_mark *marks, unsigned int count,
			  struct pop3_read_result *result_r);

/* Applies the changes at once, beside the session that has the mailbox open
   and whose view must not change: other sessions see them when this returns.
   Nothing is changed if the mailbox has another UIDVALIDITY than for the
   session: the UIDs are other messages' then. Returns 0 and what became of
   them, or -1 after logging the error. */
int pop3_read_state_apply_now(struct mailbox *session_box,
			      uint32_t session_uidvalidity,
			      const struct pop3_mark *marks,
			      unsigned int count,
			      struct pop3_read_result *result_r);

#endif
