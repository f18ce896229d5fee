#ifndef COEXIST_QUOTA_GROWTH_H
#define COEXIST_QUOTA_GROWTH_H

#include "quota-levels.h"

#include <stdbool.h>
#include <stddef.h>

/* When will a mailbox be full? That is said only if its storage has grown for a
   week or more, and steadily: a guess that proves wrong is worse than none. Plain
   C without allocations. */

/* One look at the storage. */
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

/* Reads what the state says, which may be NULL. What is not as we write it has
   no samples. */
void coexist_quota_growth_parse(const char *text,
				struct coexist_quota_growth *growth_r);
/* Says it for the state: the limit, then time:used for each sample. */
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
	/* whole days: how long it was looked at, and until it is full, rounded
	   up */
	uint64_t days_seen, days_left;
};

/* Returns false and leaves *forecast_r alone if nothing can be said: there are
   fewer than four samples or they reach less than 7 days back, they are of
   another limit, the usage has not grown, or was further away from even growth
   than a quarter of it at one of the samples, or will not be full in 90 days. */
bool coexist_quota_growth_foresee(const struct coexist_quota_growth *growth,
				  const struct coexist_quota_usage *usage,
				  uint64_t now,
				  struct coexist_quota_forecast *forecast_r);

#endif
