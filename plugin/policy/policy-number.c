/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-number.h. */

#include "policy-number.h"

#include <string.h>
#include <strings.h>

/* Without pointers: these would make a page of each process its own. */
struct unit {
	char name[8];
	uint64_t factor;
};

static const struct unit interval_units[] = {
	{ "", 1 },
	{ "s", 1 }, { "sec", 1 }, { "secs", 1 },
	{ "second", 1 }, { "seconds", 1 },
	{ "m", 60 }, { "min", 60 }, { "mins", 60 },
	{ "minute", 60 }, { "minutes", 60 },
	{ "h", 3600 }, { "hour", 3600 }, { "hours", 3600 },
	{ "d", 86400 }, { "day", 86400 }, { "days", 86400 },
	{ "w", 604800 }, { "week", 604800 }, { "weeks", 604800 },
	{ "", 0 }
};

static const struct unit size_units[] = {
	{ "", 1 }, { "B", 1 },
	{ "K", 1ULL << 10 }, { "KB", 1ULL << 10 }, { "KiB", 1ULL << 10 },
	{ "M", 1ULL << 20 }, { "MB", 1ULL << 20 }, { "MiB", 1ULL << 20 },
	{ "G", 1ULL << 30 }, { "GB", 1ULL << 30 }, { "GiB", 1ULL << 30 },
	{ "T", 1ULL << 40 }, { "TB", 1ULL << 40 }, { "TiB", 1ULL << 40 },
	{ "", 0 }
};

static const struct unit percent_units[] = {
	{ "", 1 }, { "%", 1 },
	{ "", 0 }
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads digits up to the limit. Returns the first character behind them, or
   NULL if there are none or the number is too large. */
static const char *
digits_parse(const char *p, const char *end, uint64_t limit,
	     uint64_t *number_r)
{
	uint64_t number = 0;

	if (p == end || !is_digit(*p))
		return NULL;
	for (; p != end && is_digit(*p); p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (number > (limit - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	*number_r = number;
	return p;
}

bool coexist_number_parse(const char *text, size_t length, uint64_t limit,
			  uint64_t *number_r)
{
	return digits_parse(text, text + length, limit, number_r) ==
		text + length;
}

static bool unit_is(const struct unit *unit, const char *text, size_t length)
{
	return strlen(unit->name) == length &&
		strncasecmp(text, unit->name, length) == 0;
}

static bool
number_with_unit_parse(const char *text, size_t length,
		       const struct unit *units, uint64_t limit,
		       uint64_t *number_r)
{
	const char *p, *end = text + length;
	uint64_t number;

	if ((p = digits_parse(text, end, limit, &number)) == NULL)
		return false;
	while (p != end && *p == ' ')
		p++;
	for (; units->factor != 0; units++) {
		if (!unit_is(units, p, (size_t)(end - p)))
			continue;
		if (number > limit / units->factor)
			return false;
		*number_r = number * units->factor;
		return true;
	}
	return false;
}

bool coexist_interval_parse(const char *text, size_t length,
			    uint64_t *seconds_r)
{
	return number_with_unit_parse(text, length, interval_units, UINT32_MAX,
				      seconds_r);
}

bool coexist_percent_parse(const char *text, size_t length,
			   uint64_t *percent_r)
{
	uint64_t percent;

	if (!number_with_unit_parse(text, length, percent_units, 100,
				    &percent) || percent == 0)
		return false;
	*percent_r = percent;
	return true;
}

bool coexist_size_parse(const char *text, size_t length, uint64_t *size_r)
{
	uint64_t size;

	if (!number_with_unit_parse(text, length, size_units, INT64_MAX,
				    &size) || size == 0)
		return false;
	*size_r = size;
	return true;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, counted in years
   that begin in March so that the leap day is the last one. */
static uint64_t date_days(uint64_t year, uint64_t month, uint64_t day)
{
	uint64_t y = month <= 2 ? year - 1 : year;
	uint64_t m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 +
		(m * 306 + 5) / 10 + (day - 1) - 719468;
}

static uint64_t month_length(uint64_t year, uint64_t month)
{
	static const unsigned char lengths[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : lengths[month - 1];
}

bool coexist_date_parse(const char *text, size_t length, uint64_t *days_r)
{
	uint64_t year, month, day;
	const char *end = text + length;

	if (length != 10 || text[4] != '-' || text[7] != '-' ||
	    digits_parse(text, text + 4, 9999, &year) != text + 4 ||
	    digits_parse(text + 5, text + 7, 99, &month) != text + 7 ||
	    digits_parse(text + 8, end, 99, &day) != end)
		return false;
	if (year < 1970 || month < 1 || month > 12 ||
	    day < 1 || day > month_length(year, month))
		return false;
	*days_r = date_days(year, month, day);
	return true;
}
