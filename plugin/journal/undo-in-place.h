/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_UNDO_IN_PLACE_H
#define COEXIST_UNDO_IN_PLACE_H

#include "undo-run.h"

/* Undo of what a session did to messages that are still in its mailbox. */

/* Shows again what the line hid. */
void coexist_undo_hidden(struct coexist_undo *undo,
			 const struct coexist_journal_line *line);
/* Takes \Seen away from what the line marked read. */
void coexist_undo_read(struct coexist_undo *undo,
		       const struct coexist_journal_line *line);

#endif
