/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_AMOUNT_H
#define COEXIST_QUOTA_AMOUNT_H

#include "coexist/quota-usage.h"

/* Amounts with their unit, as a person reads them. On the data stack. */

/* Returns a size of so many bytes, as in "512 MB". */
const char *coexist_quota_size_format(uint64_t size);
/* Returns a size, or a number of messages. */
const char *
coexist_quota_amount_format(enum coexist_quota_resource resource,
			    uint64_t amount);

#endif
