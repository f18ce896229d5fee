/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_GROWTH_H
#define COEXIST_QUOTA_GROWTH_H

#include "quota-levels.h"

#include <stdbool.h>
#include <stddef.h>

/* A forecast of the day on which a mailbox will be full, by linear growth. There is
   one only if the storage has grown for a week or more, and steadily: a guess that
   proves wrong is worse than none. Plain C without allocations. */

/* A sample of the storage's usage. */
struct coexist_quota_sample {
	uint64_t time, used;
};

/* As many as a fortnight has, of one a day. */
#define COEXIST_QUOTA_GROWTH_SAMPLES 15

struct coexist_quota_growth {
	/* of all samples */
	uint64_t limit;
	/* the oldest first, each at least a day after the one before */
	size_t count;
	struct coexist_quota_sample samples[COEXIST_QUOTA_GROWTH_SAMPLES];
};

/* Reads the samples out of the state's value, which may be NULL. A value that is
   not as we write it has no samples. */
void coexist_quota_growth_parse(const char *text,
				struct coexist_quota_growth *growth_r);
/* Returns the samples as a value for the state: the limit, then time:used for each
   sample. */
#define COEXIST_QUOTA_GROWTH_MAX_LENGTH \
	(21 * (2 * COEXIST_QUOTA_GROWTH_SAMPLES + 1))
const char *
coexist_quota_growth_format(const struct coexist_quota_growth *growth,
			    char text[COEXIST_QUOTA_GROWTH_MAX_LENGTH]);

/* Adds a sample of the fullest storage, unless the last one is less than a day
   away. Samples of another limit, of more than 60 days ago, or from a time that
   has not come yet are forgotten then. Returns true if something was added. */
bool coexist_quota_growth_add(struct coexist_quota_growth *growth,
			      const struct coexist_quota_usage *usages,
			      size_t count, uint64_t now);

struct coexist_quota_forecast {
	/* whole days: the time of the samples, and until the storage is full,
	   rounded up */
	uint64_t days_seen, days_left;
};

/* Makes a forecast. Returns false and leaves *forecast_r alone if there is none:
   there are fewer than four samples or they reach less than 7 days back, they are of
   another limit, or the usage has not grown, was further away from even growth than
   a quarter of it at one of the samples, or will not be full in 90 days. */
bool coexist_quota_growth_foresee(const struct coexist_quota_growth *growth,
				  const struct coexist_quota_usage *usage,
				  uint64_t now,
				  struct coexist_quota_forecast *forecast_r);

#endif
