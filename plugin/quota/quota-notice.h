#ifndef COEXIST_QUOTA_NOTICE_H
#define COEXIST_QUOTA_NOTICE_H

#include "quota-growth.h"
#include "quota-levels.h"

struct coexist_policy;
struct mail_user;

/* Quota notices: what the owner of a mailbox is told of its quota, and the
   channels by which the owner is told. */

struct coexist_quota_notice {
	struct mail_user *user;
	const struct coexist_policy *policy;
	/* never COEXIST_QUOTA_TELL_NOTHING */
	enum coexist_quota_action action;
	/* NONE for RECOVERED */
	struct coexist_quota_level level;
	/* what reached the level, or what is the fullest */
	struct coexist_quota_usage usage;
	uint64_t percent;
	/* when it will be full, if that can be said */
	bool foreseen;
	struct coexist_quota_forecast forecast;
};

/* What telling a notice has put into the mailbox. */
struct coexist_quota_added {
	uint64_t bytes, messages;
};

/* A channel. That the owner was told is remembered before a channel is asked: one
   that fails is not asked again, so that no failure becomes a storm. */
struct coexist_quota_channel {
	/* as in quota_warn_channels */
	const char *name;
	/* Returns 0, or -1 after the reason was logged. May change mailboxes,
	   which nothing evaluates again; what that has put there is added to
	   *added. */
	int (*tell)(const struct coexist_quota_notice *notice,
		    struct coexist_quota_added *added);
};

/* Tells a notice by each channel of the policy's quota_warn_channels, and sends
   the event coexist_quota_notice for each that did not fail. Returns what this has
   put into the mailbox. */
struct coexist_quota_added
coexist_quota_tell(const struct coexist_quota_notice *notice);

#endif
