/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_LEVEL_NAME_H
#define COEXIST_QUOTA_LEVEL_NAME_H

#include <stdbool.h>

struct coexist_quota_level;

/* Names of levels, in the mailbox's state, logs and events: "none", "90%",
   "free:104857600". Plain C. */

#define COEXIST_QUOTA_LEVEL_MAX_LENGTH 32

/* Returns the name, which is in the array or constant. */
const char *
coexist_quota_level_name(const struct coexist_quota_level *level,
			 char name[COEXIST_QUOTA_LEVEL_MAX_LENGTH]);
/* Reads a name. Returns false and leaves *level_r alone if it is none. */
bool coexist_quota_level_parse(const char *name,
			       struct coexist_quota_level *level_r);

#endif
