/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_UNTIL_STEP_H
#define COEXIST_UNTIL_STEP_H

#include <stdbool.h>
#include <stdint.h>

/* The steps of until_notice: how long before the end the owner is told. Plain C. */

/* Finds the last step that has come, in seconds: steps is a value of the key, until the
   day of the end since 1970-01-01, now the time. Returns false if none has come yet, if
   there are none, or if the end has come. */
bool coexist_until_step(const char *steps, uint64_t until, uint64_t now,
			uint64_t *step_r);

#endif
