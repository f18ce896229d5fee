/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in journal-buffer.h. */

#include "lib.h"
#include "journal-buffer.h"
#include "ioloop.h"
#include "mail-user.h"
#include "net.h"
#include "mailbox-journal.h"
#include "uid-list.h"

/* A session that stays open is in the journal this long after its first change
   that was not. */
#define JOURNAL_DELAY_MSECS (60 * 1000)

/* So many lines are written at once, those of a hundred thousand messages that do
   not follow each other; with more, the process would need too much memory. */
#define LINES_MAX 40

/* Lets each line say when it is written, whether an undo is through by then and, of a
   session that has others, how many messages there are in all: so it is known if one
   of them is missing. */
static void lines_complete(struct coexist_journal_buffer *buffer)
{
	bool is_only = coexist_change_counts_total(&buffer->counts) == 0 &&
		array_count(&buffer->lines) == 1;
	struct coexist_journal_line *lines;
	unsigned int i, count;

	lines = array_get_modifiable(&buffer->lines, &count);
	for (i = 0; i < count; i++) {
		lines[i].time = ioloop_time;
		lines[i].undoes_part = buffer->head.undoes_part;
		coexist_journal_line_count(&lines[i], &buffer->counts);
	}
	for (i = 0; i < count && !is_only; i++) {
		lines[i].total =
			coexist_change_counts_total(&buffer->counts);
	}
}

void coexist_journal_buffer_flush(struct coexist_journal_buffer *buffer)
{
	timeout_remove(&buffer->to_journal);
	if (buffer->pool == NULL)
		return;
	lines_complete(buffer);
	T_BEGIN {
		(void)coexist_journal_append(buffer->user,
					     array_front(&buffer->lines),
					     array_count(&buffer->lines));
	} T_END;
	pool_unref(&buffer->pool);
}

static void journal_timeout(struct coexist_journal_buffer *buffer)
{
	coexist_journal_buffer_flush(buffer);
}

static void lines_begin(struct coexist_journal_buffer *buffer)
{
	buffer->pool = pool_alloconly_create("coexist changes", 2048);
	p_array_init(&buffer->lines, buffer->pool, 1);
	/* POP3's sessions end soon. Not in an ioloop that somebody made to wait
	   for something. */
	if (buffer->is_long) {
		buffer->to_journal = timeout_add_to(io_loop_get_root(),
			JOURNAL_DELAY_MSECS, journal_timeout, buffer);
	}
}

static struct coexist_journal_line *
line_last(struct coexist_journal_buffer *buffer)
{
	return array_back_modifiable(&buffer->lines);
}

/* Lets the line say whose it is. */
static void line_set_head(struct coexist_journal_buffer *buffer,
			  struct coexist_journal_line *line)
{
	const struct coexist_journal_line *head = &buffer->head;
	const struct ip_addr *remote_ip = buffer->user->conn.remote_ip;

	line->session = head->session;
	line->protocol = head->protocol;
	line->user = head->user;
	line->undoes = head->undoes;
	line->hidden_keyword = head->hidden_keyword;
	if (remote_ip != NULL && remote_ip->family != 0) {
		line->address = p_strdup(buffer->pool,
					 net_ip2addr(remote_ip));
	}
}

static void
line_begin(struct coexist_journal_buffer *buffer, const char *mailbox,
	   uint32_t uidvalidity)
{
	struct coexist_journal_line *line;

	if (buffer->pool != NULL && array_count(&buffer->lines) == LINES_MAX)
		coexist_journal_buffer_flush(buffer);
	if (buffer->pool == NULL)
		lines_begin(buffer);
	line = array_append_space(&buffer->lines);
	buffer->line_ranges = 0;
	coexist_journal_line_init(line, buffer->pool);
	line_set_head(buffer, line);
	line->mailbox = p_strdup(buffer->pool, mailbox);
	line->uidvalidity = uidvalidity;
}

/* Returns the line for another change. */
static struct coexist_journal_line *
line_prepare(struct coexist_journal_buffer *buffer, const char *mailbox,
	     uint32_t uidvalidity)
{
	if (buffer->pool == NULL ||
	    null_strcmp(line_last(buffer)->mailbox, mailbox) != 0 ||
	    line_last(buffer)->uidvalidity != uidvalidity ||
	    buffer->line_ranges >= COEXIST_JOURNAL_LINE_RANGES)
		line_begin(buffer, mailbox, uidvalidity);
	return line_last(buffer);
}

static void list_add(struct coexist_journal_buffer *buffer,
		     ARRAY_TYPE(seq_range) *list, uint32_t uid)
{
	unsigned int before = array_count(list);

	coexist_uid_list_add(list, uid);
	buffer->line_ranges += array_count(list) - before;
}

static void
flags_add(struct coexist_journal_buffer *buffer,
	  struct coexist_journal_line *line, uint32_t uid,
	  enum coexist_change_flags flags)
{
	if ((flags & COEXIST_CHANGE_WAS_UNSEEN) != 0)
		list_add(buffer, &line->unseen, uid);
	if ((flags & COEXIST_CHANGE_MARKED) != 0)
		list_add(buffer, &line->marked, uid);
}

void coexist_journal_buffer_add(struct coexist_journal_buffer *buffer,
				enum coexist_change change, const char *mailbox,
				uint32_t uidvalidity, uint32_t uid,
				enum coexist_change_flags flags)
{
	struct coexist_journal_line *line =
		line_prepare(buffer, mailbox, uidvalidity);

	list_add(buffer, &line->uids[change], uid);
	flags_add(buffer, line, uid, flags);
}

void coexist_journal_buffer_add_moved(struct coexist_journal_buffer *buffer,
				      uint32_t uidvalidity, uint32_t uid,
				      enum coexist_change_flags flags,
				      const char *target,
				      uint32_t target_uidvalidity,
				      uint32_t target_uid)
{
	struct coexist_journal_line *line;
	struct coexist_journal_move *move;

	if (buffer->pool != NULL && array_count(&line_last(buffer)->moves) >=
	    COEXIST_JOURNAL_LINE_MOVES)
		line_begin(buffer, /*mailbox=*/NULL, uidvalidity);
	line = line_prepare(buffer, /*mailbox=*/NULL, uidvalidity);
	move = coexist_journal_line_move(line, buffer->pool, target,
					 target_uidvalidity, target_uid != 0);
	list_add(buffer, &move->uids, uid);
	if (target_uid != 0)
		list_add(buffer, &move->target_uids, target_uid);
	flags_add(buffer, line, uid, flags);
}

void coexist_journal_buffer_deinit(struct coexist_journal_buffer *buffer)
{
	i_assert(buffer->to_journal == NULL && buffer->pool == NULL);
	coexist_change_counts_free(&buffer->counts);
}
