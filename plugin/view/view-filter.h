/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_VIEW_FILTER_H
#define COEXIST_VIEW_FILTER_H

struct coexist_policy;

/* The filter of a POP3 view: which messages of INBOX the policy shows to a POP3
   client. The keys of it are pop3_show, pop3_show_days, pop3_show_since,
   pop3_show_deleted and pop3_max_messages. */
struct coexist_view_filter {
	/* only what is unread */
	bool unread;
	/* nothing that IMAP flagged \Deleted */
	bool hides_deleted;
	/* only what was received at this time or later; 0 is any time */
	time_t since;
	/* only the newest so many of those; 0 is all */
	unsigned int max;
};

/* Reads the filter as it is at this time. A policy that is NULL shows all. The days
   of pop3_show_days are those of the calendar in UTC, and today is none of them: so
   the view changes once a day. */
void coexist_view_filter_init(struct coexist_view_filter *filter_r,
			      const struct coexist_policy *policy, time_t now);

/* Returns TRUE if all messages are shown. */
bool coexist_view_filter_is_all(const struct coexist_view_filter *filter);

/* Returns TRUE and for how many days at least a message is shown to a client that
   downloads it, if the filter is all that counts: 0 if it leaves with the session that
   downloads it, which may mark it read; UINT_MAX if it never leaves. FALSE if no
   number is true. */
bool coexist_view_filter_get_days(const struct coexist_policy *policy,
				  bool marks_read, unsigned int *days_r);

#endif
