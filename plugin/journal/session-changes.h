/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SESSION_CHANGES_H
#define COEXIST_SESSION_CHANGES_H

#include "change-counts.h"
#include "seq-range-array.h"

struct mail_user;
struct mail_user_vfuncs;

/* The changes of a session, or of a run of its own such as one of retention, to
   the user's INBOX: for the journal (mailbox-journal.h), and for one line in the
   log.

   A POP3 session whose maildrop has other mailboxes besides (pop3_folders) marks and
   hides messages in these, too.

   The watch of transactions (inbox-watch.h) notes what is expunged, moved (copied
   as "moving", then expunged), hidden or marked read in INBOX, at the commit and
   for what was begun last. Only changes that the watch can't see are to be added
   here.

   All functions take NULL for changes that nobody wants to know of. */
struct coexist_changes;

/* To be called when the user is created, and the policy has put its functions into
   v (the user's functions of this module), with what they call in user->vlast.
   Decides whether this user's session is to have a journal: the sessions of
   POP3 and IMAP do if the policy says anything about what POP3 marks, deletes or
   keeps, and with nothing configured no file is written. */
void coexist_changes_user_created(struct mail_user *user,
				  struct mail_user_vfuncs *v);

/* Returns what the user is changing things for: the run that was begun last,
   else the session. NULL if there is neither. */
struct coexist_changes *coexist_changes_get(struct mail_user *user);

/* Begins a run of its own, which has a journal in any case. The cause is the
   protocol that the journal gives it, like "expire". To be called before INBOX
   is allocated, for other than IMAP's and POP3's sessions. */
struct coexist_changes *
coexist_changes_begin(struct mail_user *user, const char *cause);
/* Leaves it to whoever began the run to log what it did. */
void coexist_changes_log_nothing(struct coexist_changes *changes);
/* Writes the run's line, if it changed anything, logs what it did, and frees
   it. Needs the user's namespaces. */
void coexist_changes_end(struct coexist_changes **changes);

/* Returns TRUE if it is known what is marked read and hidden. Of an IMAP session
   only what leaves INBOX is. */
bool coexist_changes_have_flags(const struct coexist_changes *changes);

/* What is read is so for this user only: the journal, which others may share,
   says whose session it was. */
void coexist_changes_set_private_flags(struct coexist_changes *changes);

/* From here on nobody is told what the user's changes are for, because it is not
   the user who makes them: coexist_changes_get() returns NULL. Returns what is to
   be resumed, which may be NULL. */
struct coexist_changes *coexist_changes_suspend(struct mail_user *user);
void coexist_changes_resume(struct mail_user *user,
			    struct coexist_changes *changes);

/* The run undoes this session. Until it is through, what is written of it is a part. */
void coexist_changes_set_undoes(struct coexist_changes *changes,
				const char *session_id);
void coexist_changes_set_undone(struct coexist_changes *changes);
/* The keyword by which messages are hidden is not $POP3Hidden. Must live as long
   as the user. */
void coexist_changes_set_hidden_keyword(struct coexist_changes *changes,
					const char *keyword);
const char *
coexist_changes_get_hidden_keyword(const struct coexist_changes *changes);

/* Adds a message that something was done to and committed, by its UID in a mailbox
   with this UIDVALIDITY, which is INBOX if the name is NULL. Not for what was moved. */
void coexist_changes_add(struct coexist_changes *changes,
			 enum coexist_change change, const char *mailbox,
			 uint32_t uidvalidity, uint32_t uid,
			 enum coexist_change_flags flags);

/* Messages of INBOX were copied to move them; what of them is expunged later was
   moved. Both lists are in the same order, and target_uids is empty if the
   target does not tell; marked, which is sorted, has those that became read on
   the way. */
void coexist_changes_copied(struct coexist_changes *changes,
			    const char *target, uint32_t target_uidvalidity,
			    const ARRAY_TYPE(seq_range) *uids,
			    const ARRAY_TYPE(seq_range) *target_uids,
			    const ARRAY_TYPE(seq_range) *marked);
/* Messages left INBOX. The lists are sorted; that of those which had been unread
   is part of the other, which is empty when this returns. */
void coexist_changes_expunged(struct coexist_changes *changes,
			      uint32_t uidvalidity,
			      ARRAY_TYPE(seq_range) *uids,
			      const ARRAY_TYPE(seq_range) *unseen);

/* Returns the id by which `doveadm coexist undo` finds it. */
const char *coexist_changes_get_id(const struct coexist_changes *changes);

#endif
