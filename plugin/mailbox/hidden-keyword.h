/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_HIDDEN_KEYWORD_H
#define COEXIST_HIDDEN_KEYWORD_H

struct coexist_policy;
struct mail_user;

/* The keyword by which POP3 is not shown a message that it deleted (keywords.h), and where it
   has that meaning. In INBOX it has none while POP3 expunges what it deletes: then messages
   that were hidden in former times are shown again. */

/* Returns TRUE if a POP3 session of the user expunges what it deletes in INBOX, as Dovecot does:
   nothing is hidden, moved or held by the policy, which may be NULL. FALSE if there may be
   policy documents that say otherwise. */
bool coexist_pop3_expunges(struct mail_user *user,
			   const struct coexist_policy *policy);

/* Returns the keyword for a session of the user, by the session's policy; NULL if it means
   nothing in such a mailbox. The keyword of a site's pop3_deleted_flag is known to its POP3
   processes only. */
const char *coexist_hidden_keyword(struct mail_user *user, bool is_inbox);

#endif
