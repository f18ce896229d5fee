/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_RULE_H
#define COEXIST_RETENTION_RULE_H

#include "mail-types.h"

/* The rule of retention: which messages pop3_keep_days is about. */

/* Returns TRUE unless the flags tell that somebody needs the message yet: it is
   unread, flagged, answered or a draft. */
bool coexist_retention_allows(enum mail_flags flags);

/* Returns TRUE if so many days have passed since the download. Both times are in
   seconds since 1970; a time that is none (time-since.h) is not over. */
bool coexist_retention_is_over(uint32_t downloaded, uint64_t days, time_t now);

#endif
