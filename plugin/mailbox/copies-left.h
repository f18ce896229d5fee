/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COPIES_LEFT_H
#define COEXIST_COPIES_LEFT_H

#include "mail-move.h"

/* The copies that a move has left which was cut off before it could expunge the
   originals: found again in the target by the GUID of the message, of which a
   copy has the same one. In a maildir a copy that was cut off may have lost it;
   it is another name of the same file still. */

/* Looks for copies of these messages, in ascending order of UIDs, among those that
   have at least this UID in the target if it has that UIDVALIDITY, else among
   all. The caller makes sure that no process is alive which may take these
   copies back.

   A copy that is found gets the flags and keywords that it was to have, and is
   added to what move->found has; it can be read and has the message's size. In
   doubt nothing is found, and the message is to be copied again. */
void coexist_copies_left_find(struct coexist_move *move,
			      const ARRAY_TYPE(seq_range) *uids,
			      uint32_t target_uidvalidity, uint32_t target_uid);

#endif
