/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in junk-memory.h. */

#include "lib.h"
#include "junk-memory.h"
#include "strnum.h"
#include "coexist/day.h"

/* Where there was nothing to tell, a look each day is enough. */
#define LOOK_SECS COEXIST_SECS_PER_DAY
/* POP3 may not have been used for so long. */
#define GAP_SECS (UINT64_C(90) * COEXIST_SECS_PER_DAY)

void coexist_junk_memory_parse(const char *text,
			       struct coexist_junk_memory *memory_r)
{
	const char *const *words = t_strsplit(text == NULL ? "" : text, " ");
	struct coexist_junk_memory memory;

	i_zero(memory_r);
	if (str_array_length(words) == 5 &&
	    str_to_uint64(words[0], &memory.first) == 0 &&
	    str_to_uint64(words[1], &memory.told) == 0 &&
	    str_to_uint64(words[2], &memory.next) == 0 &&
	    str_to_uint32(words[3], &memory.uidvalidity) == 0 &&
	    str_to_uint32(words[4], &memory.uid) == 0)
		*memory_r = memory;
}

const char *coexist_junk_memory_format(const struct coexist_junk_memory *memory)
{
	return t_strdup_printf("%"PRIu64" %"PRIu64" %"PRIu64" %u %u",
			       memory->first, memory->told, memory->next,
			       memory->uidvalidity, memory->uid);
}

static bool
was_used(const struct coexist_last_use *use, enum coexist_protocol protocol,
	 uint64_t now)
{
	uint64_t day = use->protocols[protocol].day;

	return day != 0 && day + COEXIST_JUNK_DAYS > coexist_day((time_t)now);
}

enum coexist_junk_look
coexist_junk_judge(const struct coexist_junk_memory *memory,
		   const struct coexist_last_use *use, uint64_t now,
		   uint64_t interval)
{
	const uint64_t wait = COEXIST_JUNK_DAYS * COEXIST_SECS_PER_DAY;

	/* it was switched off meanwhile, and nobody noted by what the mailbox was
	   used; or the clock was wrong */
	if (memory->first == 0 || memory->first > now ||
	    memory->next + GAP_SECS < now ||
	    memory->next > now + I_MAX(interval, wait))
		return COEXIST_JUNK_BEGIN;
	if (memory->next > now || now - memory->first < wait)
		return COEXIST_JUNK_WAIT;
	return was_used(use, COEXIST_PROTOCOL_IMAP, now) ||
		was_used(use, COEXIST_PROTOCOL_WEBMAIL, now) ?
		COEXIST_JUNK_POSTPONE : COEXIST_JUNK_COUNT;
}

struct coexist_junk_memory
coexist_junk_memory_postponed(const struct coexist_junk_memory *memory,
			      uint64_t now)
{
	struct coexist_junk_memory next = *memory;

	next.next = now + LOOK_SECS;
	return next;
}
