/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_BRAKE_H
#define COEXIST_RETENTION_BRAKE_H

#include <stdbool.h>
#include <stdint.h>

/* The brake of retention: may messages go now, or is their owner to be told of
   it first and to have some days? Plain C without allocations: what is due and
   what is remembered goes in, what to do and to remember comes out. */

/* A run that would remove more messages than this, and more than a quarter of
   INBOX, waits, whatever the policy was before. */
#define COEXIST_BRAKE_MANY 500

/* What a run of retention would do. */
struct coexist_brake_run {
	/* pop3_keep_days */
	uint64_t keep_days;
	/* what is due goes for good, instead of being moved */
	bool deletes;
	/* how many messages are due, of how many in INBOX */
	uint64_t due, messages;
	/* days that the owner has; 0 is no brake */
	uint64_t notice_days;
	uint64_t now;
};

/* What is remembered of a mailbox. */
struct coexist_brake_state {
	/* the policy by which messages may go, or were announced to; keep_days is
	   0 if retention is off, or there was no run yet */
	uint64_t keep_days;
	bool deletes;
	/* times: when the owner was told, and until when messages stay; both 0 if
	   nothing is announced */
	uint64_t told_at, until;
	/* how many messages the owner was told of */
	uint64_t told_count;
};

enum coexist_brake_action {
	/* what is due may go, if anything is */
	COEXIST_BRAKE_GO,
	/* it stays: the owner was told, and has time until state.until */
	COEXIST_BRAKE_WAIT,
	/* it stays, and the owner is to be told */
	COEXIST_BRAKE_TELL
};

struct coexist_brake_verdict {
	enum coexist_brake_action action;
	/* To be remembered: before anything goes, and of TELL only when the
	   owner was told. */
	struct coexist_brake_state state;
	/* state is not what it was before */
	bool changed;
};

/* Judges a run. What was told at a time in the future (time-since.h) counts for
   nothing. Without a brake, nothing is to be remembered. */
void coexist_brake_judge(const struct coexist_brake_run *run,
			 const struct coexist_brake_state *before,
			 struct coexist_brake_verdict *verdict_r);

/* Returns what to remember when everything that was due is gone. */
struct coexist_brake_state
coexist_brake_settled(const struct coexist_brake_run *run);

bool coexist_brake_states_are_equal(const struct coexist_brake_state *a,
				    const struct coexist_brake_state *b);

#endif
