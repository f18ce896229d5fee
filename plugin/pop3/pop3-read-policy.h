/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_READ_POLICY_H
#define COEXIST_POP3_READ_POLICY_H

#include "coexist/policy-keys.h"

struct coexist_policy;
struct ip_addr;
struct mail;
struct pop3_mark;

/* The policy about the read state of what a POP3 session downloads: which marks
   a confirmed download is to leave. */
struct pop3_read_policy {
	enum coexist_mark_read mark_read;
	/* NEVER, because the client is in pop3_fetcher_networks */
	bool is_fetcher;
	/* 0 is no limit */
	unsigned int mark_read_days;
	bool mark_downloaded;
	/* for pop3_keep_days, whatever becomes read */
	bool note_time;
};

/* Reads the policy of a session from this address, which may be NULL. */
void pop3_read_policy_init(struct pop3_read_policy *read_policy_r,
			   const struct coexist_policy *policy,
			   const struct ip_addr *remote_ip);

/* Returns TRUE if Dovecot's own way is all there is to do. */
bool pop3_read_policy_is_stock(const struct pop3_read_policy *read_policy);

/* Returns TRUE if marks are applied while the session goes on. */
bool pop3_read_policy_is_early(const struct pop3_read_policy *read_policy);

/* Returns TRUE if the message is young enough to be marked read. A message
   whose date can't be read is not: unread harms nobody. */
bool pop3_read_policy_is_recent(const struct pop3_read_policy *read_policy,
				struct mail *mail);

/* Returns TRUE and the mark if the message's download changes anything. Marking
   read at QUIT is not part of the mark: Dovecot does that itself. */
bool pop3_read_policy_get_mark(const struct pop3_read_policy *read_policy,
			       struct mail *mail, struct pop3_mark *mark_r);

/* Returns the reasons for that mark, or for none, in words for the log, on the
   data stack. */
const char *
pop3_read_policy_explain(const struct pop3_read_policy *read_policy,
			 struct mail *mail, const struct pop3_mark *mark);

#endif
