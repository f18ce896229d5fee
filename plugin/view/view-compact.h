/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_VIEW_COMPACT_H
#define COEXIST_VIEW_COMPACT_H

struct coexist_view_memory;
struct mail_index_view;

/* Compaction of a view's memory that is about to be written: what is expunged needs no
   memory, and two ranges of UIDs with nothing but that between them are one. Short
   lists stay as they are, because a look at the index is not worth it. */
void coexist_view_memory_compact(struct coexist_view_memory *memory,
				 struct mail_index_view *view);

#endif
