/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-growth.h. */

#include "quota-growth.h"
#include "quota-fullness.h"
#include "time-since.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_SECS (24 * 60 * 60)
#define SPAN_MIN_DAYS 7
#define SPAN_MAX_DAYS 60
#define SAMPLES_MIN 4
#define LEFT_MAX_DAYS 90

/* Reads a number up to this character, and moves *text behind it unless that is
   the end. */
static bool number_read(const char **text, char end, uint64_t *number_r)
{
	char *p;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*number_r = strtoull(*text, &p, 10);
	if (errno != 0 || *p != end)
		return false;
	*text = end == '\0' ? p : p + 1;
	return true;
}

/* Returns false if there is anything wrong with it. */
static bool
samples_read(const char *text, struct coexist_quota_growth *growth)
{
	struct coexist_quota_sample *sample = growth->samples;
	bool more = true;

	if (!number_read(&text, ' ', &growth->limit))
		return false;
	for (; more; sample++, growth->count++) {
		more = strchr(text, ' ') != NULL;
		if (growth->count == COEXIST_QUOTA_GROWTH_SAMPLES ||
		    !number_read(&text, ':', &sample->time) ||
		    !number_read(&text, more ? ' ' : '\0', &sample->used) ||
		    (growth->count > 0 && sample->time <= sample[-1].time))
			return false;
	}
	return true;
}

void coexist_quota_growth_parse(const char *text,
				struct coexist_quota_growth *growth_r)
{
	memset(growth_r, 0, sizeof(*growth_r));
	if (text != NULL && !samples_read(text, growth_r))
		memset(growth_r, 0, sizeof(*growth_r));
}

const char *
coexist_quota_growth_format(const struct coexist_quota_growth *growth,
			    char text[COEXIST_QUOTA_GROWTH_MAX_LENGTH])
{
	const size_t size = COEXIST_QUOTA_GROWTH_MAX_LENGTH;
	size_t i, length;

	length = (size_t)snprintf(text, size, "%"PRIu64, growth->limit);
	for (i = 0; i < growth->count; i++) {
		length += (size_t)snprintf(text + length, size - length,
					   " %"PRIu64":%"PRIu64,
					   growth->samples[i].time,
					   growth->samples[i].used);
	}
	return text;
}

/* Returns NULL if no storage has a limit. */
static const struct coexist_quota_usage *
fullest_storage(const struct coexist_quota_usage *usages, size_t count)
{
	const struct coexist_quota_usage *best = NULL, *usage;
	size_t i;

	for (i = 0; i < count; i++) {
		if (usages[i].resource != COEXIST_QUOTA_STORAGE)
			continue;
		usage = coexist_quota_fullest(&usages[i], 1);
		if (best == NULL || (usage != NULL &&
				     coexist_quota_percent(usage) >
				     coexist_quota_percent(best)))
			best = usage;
	}
	return best;
}

static void forget_first(struct coexist_quota_growth *growth)
{
	growth->count--;
	memmove(growth->samples, growth->samples + 1,
		growth->count * sizeof(growth->samples[0]));
}

static void forget_old(struct coexist_quota_growth *growth, uint64_t now)
{
	while (growth->count > 0 &&
	       (growth->count == COEXIST_QUOTA_GROWTH_SAMPLES ||
		now - growth->samples[0].time > SPAN_MAX_DAYS * DAY_SECS))
		forget_first(growth);
}

bool coexist_quota_growth_add(struct coexist_quota_growth *growth,
			      const struct coexist_quota_usage *usages,
			      size_t count, uint64_t now)
{
	const struct coexist_quota_usage *usage =
		fullest_storage(usages, count);
	uint64_t passed = UINT64_MAX;
	bool known = growth->count > 0 && coexist_time_since(
		growth->samples[growth->count - 1].time, now, &passed);

	if (usage == NULL || passed < DAY_SECS)
		return false;
	if (usage->limit != growth->limit || !known)
		growth->count = 0;
	forget_old(growth, now);
	growth->limit = usage->limit;
	growth->samples[growth->count].time = now;
	growth->samples[growth->count++].used = usage->used;
	return true;
}

static bool is_even(const struct coexist_quota_growth *growth, double span,
		    double grown)
{
	const struct coexist_quota_sample *first = &growth->samples[0];
	double even, real;
	size_t i;

	for (i = 1; i < growth->count; i++) {
		even = grown / span *
			(double)(growth->samples[i].time - first->time);
		real = (double)growth->samples[i].used - (double)first->used;
		if (real < even - grown / 4 || real > even + grown / 4)
			return false;
	}
	return true;
}

/* Returns whether there is enough to judge by. */
static bool
is_known(const struct coexist_quota_growth *growth,
	 const struct coexist_quota_usage *usage, uint64_t now)
{
	const struct coexist_quota_sample *first = &growth->samples[0];
	uint64_t span, passed;

	if (growth->count < SAMPLES_MIN ||
	    usage->resource != COEXIST_QUOTA_STORAGE ||
	    usage->limit != growth->limit || usage->used >= usage->limit ||
	    usage->used <= first->used ||
	    !coexist_time_since(growth->samples[growth->count - 1].time, now,
				&passed))
		return false;
	span = now - first->time;
	return span >= SPAN_MIN_DAYS * DAY_SECS &&
		span <= SPAN_MAX_DAYS * DAY_SECS;
}

bool coexist_quota_growth_foresee(const struct coexist_quota_growth *growth,
				  const struct coexist_quota_usage *usage,
				  uint64_t now,
				  struct coexist_quota_forecast *forecast_r)
{
	double span, grown, days;

	if (!is_known(growth, usage, now))
		return false;
	span = (double)(now - growth->samples[0].time);
	grown = (double)(usage->used - growth->samples[0].used);
	days = (double)(usage->limit - usage->used) / grown * span / DAY_SECS;
	if (!is_even(growth, span, grown) || days > LEFT_MAX_DAYS)
		return false;
	forecast_r->days_seen = (uint64_t)span / DAY_SECS;
	forecast_r->days_left = (uint64_t)days;
	if ((double)forecast_r->days_left < days)
		forecast_r->days_left++;
	return true;
}
