/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_TRACE_H
#define COEXIST_QUOTA_TRACE_H

#include <stddef.h>

struct coexist_quota_level;
struct coexist_quota_usage;
struct coexist_quota_verdict;
struct mail_user;

/* Trace of quota verdicts in the debug log: what was used, which level that is,
   which one was remembered, and why the owner is told or not. Costs nothing where
   nobody asks for it. */
void coexist_quota_trace(struct mail_user *user,
			 const struct coexist_quota_usage *usages, size_t count,
			 const struct coexist_quota_level *before,
			 const struct coexist_quota_verdict *verdict);

#endif
