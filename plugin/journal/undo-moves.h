/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_UNDO_MOVES_H
#define COEXIST_UNDO_MOVES_H

#include "undo-run.h"

/* Undo of a session's moves out of INBOX. */

/* Moves back to INBOX what was moved to one mailbox. */
void coexist_undo_move(struct coexist_undo *undo,
		       const struct coexist_journal_move *move);

#endif
