#ifndef COEXIST_NOTICE_PLACE_H
#define COEXIST_NOTICE_PLACE_H

struct mail_user;
struct mailbox;

/* Where notices are in INBOX: so that one replaces the one before of its kind.
   The mailbox's state (mailbox-state.h) has their UIDVALIDITY and UIDs, and only
   what it names is taken away: the header that a notice has, anybody can write.
   That is no change by the session, and not in the journal. */

/* Where a notice was put, and how large it is for the quota. */
struct coexist_notice_place {
	uint32_t uidvalidity, uid;
	uint64_t size;
};

/* Remembers, by this name in the state, that the last notice of its kind is at
   the place, and takes the one before away unless somebody has read, answered or
   flagged it. What was read, and in a POP3 session, whose client may be about to
   fetch it, all is left to coexist_notice_tidy(). There must be no transaction of
   the INBOX that writes. Failures are logged. */
void coexist_notice_replace(struct mailbox *inbox, const char *name,
			    const struct coexist_notice_place *place);

/* For the start of a POP3 session, before its client is told what there is: takes
   away the notices that have been replaced and were left then, also those that
   were read, which is all that a download leaves of a message. Not what somebody
   has answered, flagged or given a keyword, nor what the user has no right to
   expunge, and nothing in a virtual INBOX. If there are none, that costs one look
   at the state. Failures are logged, and not tried again. */
void coexist_notice_tidy(struct mail_user *user);

#endif
