/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_NUMBER_H
#define COEXIST_POLICY_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers, with or without a unit, and dates, as policy values and the items of
   lists have them. Plain C without allocations.

   The parsers read a text of so many bytes. They return false and leave the
   number alone if it is anything else, or beyond the limit. */

bool coexist_number_parse(const char *text, size_t length, uint64_t limit,
			  uint64_t *number_r);
/* With a unit from s to weeks, or in seconds. */
bool coexist_interval_parse(const char *text, size_t length,
			    uint64_t *seconds_r);
/* With a unit from B to T, or in bytes; not 0. */
bool coexist_size_parse(const char *text, size_t length, uint64_t *size_r);
/* From 1 to 100, with or without a % behind it. */
bool coexist_percent_parse(const char *text, size_t length,
			   uint64_t *percent_r);
/* YYYY-MM-DD from 1970 on, as days since 1970-01-01. */
bool coexist_date_parse(const char *text, size_t length, uint64_t *days_r);

#endif
