/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_STATE_H
#define COEXIST_QUOTA_STATE_H

#include "quota-levels.h"
#include "state-file.h"

/* The memory of quota notices in dovecot-coexist.state:

     quota_level=90%          as coexist_quota_level_name() says it
     quota_level_at=TIME
     quota_told_at=TIME       0 if nobody was told

   Beside it is quota_growth (quota-growth.h). */

#define COEXIST_QUOTA_STATE_VALUES 3

/* Reads the memory out of the file's text. Returns FALSE if that is not what we
   write: then *state_r is that of a mailbox that was never looked at. */
bool coexist_quota_state_parse(const char *text,
			       struct coexist_quota_state *state_r);
/* Makes values for the file, which are on the data stack. */
void coexist_quota_state_format(const struct coexist_quota_state *state,
	struct coexist_state_value values_r[COEXIST_QUOTA_STATE_VALUES]);

#endif
