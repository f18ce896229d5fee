/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_NOTICE_H
#define COEXIST_QUOTA_NOTICE_H

#include "quota-growth.h"
#include "quota-levels.h"

struct coexist_policy;
struct mail_user;

/* A quota notice: what the owner of a mailbox is told of its quota. */

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

/* The messages that telling a notice has put into the mailbox. */
struct coexist_quota_added {
	uint64_t bytes, messages;
};

#endif
