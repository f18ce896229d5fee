/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_USAGE_H
#define COEXIST_QUOTA_USAGE_H

#include <stdint.h>

/* Quota usage: what compat/ finds out from Dovecot's quota plugin, and what
   quota/ judges. */

enum coexist_quota_resource {
	COEXIST_QUOTA_STORAGE,	/* in bytes */
	COEXIST_QUOTA_MESSAGES
};

/* What is used of a limit. Limit 0 is no limit. */
struct coexist_quota_usage {
	enum coexist_quota_resource resource;
	uint64_t used, limit;
};

#endif
