/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MOVE_INTENT_H
#define COEXIST_MOVE_INTENT_H

#include "array.h"
#include "seq-range-array.h"

struct coexist_move;

/* The intent of a move (mail-move.h): its entry in the mailbox's write-ahead log, the
   file dovecot-coexist.moves of the index root. It is written before anything is
   copied, and taken back when the originals are expunged and the mailbox is synced.
   So an entry that is there is of a move that was cut off in between, or could not be
   finished: whoever moves the same messages to the same mailbox again looks there for
   the copies, and expunges the originals of those that are found. Who moves copies back that
   were left so, expunges them alone.

   A commit is not enough: what it expunges is a request in the log of the index, and
   the sync obeys it. If Dovecot makes the indexes of an mdbox anew before or within
   that sync, the messages stay, and the client is told that they are gone. So only what
   is gone from the mailbox is taken out of the entry. A message of an sdbox is not gone
   while its file is there: a kill between the index and the file leaves one, and
   whoever makes the index anew, at any later time, takes it for a message.

   The log is locked from the first to the last, so nobody relies on copies of
   a process that may still take them back, and of two sessions that move the same
   messages the second one waits, and finds them gone. It is of use and not of need:
   without it, as where somebody else keeps the lock, all is copied again. */
struct coexist_move_intent;

#define COEXIST_MOVE_INTENT_FILE_NAME "dovecot-coexist.moves"

/* Logs that these messages, by their UIDs, are about to be copied. Those of which
   an earlier move has left a copy are taken out of the list; move->found has them,
   and the journal is told that they were copied. Returns NULL if there is no log;
   what can't be written is a warning. */
struct coexist_move_intent *
coexist_move_intent_begin(struct coexist_move *move, ARRAY_TYPE(uint32_t) *uids);

/* The originals of these, in ascending order of UIDs, are expunged, and this is
   committed and synced; it is none if that failed. Whatever else was to be copied stays in
   the log. Takes NULL, too. */
void coexist_move_intent_end(struct coexist_move_intent **intent,
			     const ARRAY_TYPE(seq_range) *expunged);

#endif
