#ifndef COEXIST_QUOTA_NOTICE_H
#define COEXIST_QUOTA_NOTICE_H

#include "quota-growth.h"
#include "quota-levels.h"

struct coexist_policy;
struct mail_user;

/* What the owner of a mailbox is told, and the ways to tell it. */

/* What telling it has put into the mailbox. */
struct coexist_quota_added {
	uint64_t bytes, messages;
};

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
	/* all that is known, with and without a limit */
	const struct coexist_quota_usage *usages;
	size_t usage_count;
	/* to be filled by the channels */
	struct coexist_quota_added *added;
};

/* A way to tell it. That it was told is remembered before it is: a channel that
   fails is not asked again, so that no failure becomes a storm. */
struct coexist_quota_channel {
	/* as in quota_warn_channels */
	const char *name;
	/* Returns 0, or -1 after the reason was logged. May change mailboxes:
	   nothing that it does is evaluated again. */
	int (*tell)(const struct coexist_quota_notice *notice);
};

/* Tells it by each channel of the policy's quota_warn_channels, and sends the
   event coexist_quota_notice for each that did not fail. */
void coexist_quota_tell(const struct coexist_quota_notice *notice);


#endif
