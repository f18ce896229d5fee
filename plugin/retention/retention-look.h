/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_LOOK_H
#define COEXIST_RETENTION_LOOK_H

struct mailbox;

/* A look at the maildrop of a session that is about to close it, by which most
   sessions are spared the run of retention (retention.h).

   is_synced: the maildrop was synced just now. Else what others changed since its
   last sync is looked up, too. Nothing is opened, synced or written. Returns TRUE if a
   run would find that nothing may go, nothing is to be told and nothing is to be
   remembered; that is traced as the run would trace it. Returns FALSE if a run
   might do something, or if only a run can tell: of private flags, or of a message
   whose date of arrival decides because no download was noted. */
bool coexist_retention_look(struct mailbox *box, bool is_synced);

#endif
