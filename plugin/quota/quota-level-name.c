/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-level-name.h. */

#include "quota-level-name.h"
#include "policy-number.h"
#include "quota-levels.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FREE_PREFIX "free:"

const char *
coexist_quota_level_name(const struct coexist_quota_level *level,
			 char name[COEXIST_QUOTA_LEVEL_MAX_LENGTH])
{
	switch (level->kind) {
	case COEXIST_QUOTA_LEVEL_NONE:
		break;
	case COEXIST_QUOTA_LEVEL_PERCENT:
		snprintf(name, COEXIST_QUOTA_LEVEL_MAX_LENGTH, "%"PRIu64"%%",
			 level->number);
		return name;
	case COEXIST_QUOTA_LEVEL_FREE:
		snprintf(name, COEXIST_QUOTA_LEVEL_MAX_LENGTH,
			 FREE_PREFIX"%"PRIu64, level->number);
		return name;
	}
	return "none";
}

bool coexist_quota_level_parse(const char *name,
			       struct coexist_quota_level *level_r)
{
	size_t length = strlen(name);
	struct coexist_quota_level level;

	if (strcmp(name, "none") == 0) {
		level.kind = COEXIST_QUOTA_LEVEL_NONE;
		level.number = 0;
	} else if (strncmp(name, FREE_PREFIX, strlen(FREE_PREFIX)) == 0) {
		level.kind = COEXIST_QUOTA_LEVEL_FREE;
		if (!coexist_size_parse(name + strlen(FREE_PREFIX),
					length - strlen(FREE_PREFIX),
					&level.number))
			return false;
	} else {
		level.kind = COEXIST_QUOTA_LEVEL_PERCENT;
		if (!coexist_percent_parse(name, length, &level.number))
			return false;
	}
	*level_r = level;
	return true;
}
