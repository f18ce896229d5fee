/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_CHANGE_H
#define COEXIST_OWNER_CHANGE_H

#include "policy-owner.h"

struct mail_user;

/* A change of the owner's choices that is not stored yet: of each key that it changes
   the last value. Zeroed, it changes nothing. */
struct coexist_owner_change {
	coexist_openable_set changed;
	/* NULL chooses nothing */
	char *texts[COEXIST_OPENABLE_COUNT];
	time_t times[COEXIST_OPENABLE_COUNT];
};

/* Adds a key and when it is chosen, or replaces what was to become of it. */
void coexist_owner_change_add(struct coexist_owner_change *change,
			      enum coexist_openable openable, const char *text,
			      time_t when);
/* Stores all of it, or nothing, and logs who changed what: sessions obey from the next
   one on. Returns 0, or -1 after an error was logged. */
int coexist_owner_change_store(const struct coexist_owner_change *change,
			       struct mail_user *user);
void coexist_owner_change_deinit(struct coexist_owner_change *change);

#endif
