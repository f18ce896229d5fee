/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_FULLNESS_H
#define COEXIST_QUOTA_FULLNESS_H

#include <stddef.h>
#include <stdint.h>

struct coexist_quota_usage;

/* Fullness: how much of its limit a usage is. Plain C. */

/* Returns the usage that is nearest to its limit, or NULL if none has one. */
const struct coexist_quota_usage *
coexist_quota_fullest(const struct coexist_quota_usage *usages, size_t count);

/* Returns how many percent are used, rounded down; 0 without a limit. */
uint64_t coexist_quota_percent(const struct coexist_quota_usage *usage);

#endif
