/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever a session did, its line of the journal says: a record that was written is
   read as it was. The input is the record's fields. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "journal-file.h"
#include "journal-line.h"
#include "str.h"
#include "uid-list.h"
#include "unichar.h"

static const char *text_or_null(struct fuzz_input *input)
{
	return fuzz_bool(input) ? fuzz_string(input) : NULL;
}

/* Names of mailboxes are UTF-8, and of somebody. */
static const char *name_make(struct fuzz_input *input, const char *otherwise)
{
	const char *name = fuzz_string(input);

	return *name == '\0' || !uni_utf8_str_is_valid(name) ? otherwise : name;
}

static void uids_make(struct fuzz_input *input, ARRAY_TYPE(seq_range) *uids)
{
	unsigned int count = fuzz_below(input, 5);

	for (; count > 0; count--) {
		uint32_t uid = fuzz_bool(input) ? fuzz_byte(input) :
			fuzz_uint32(input);

		if (uid > 0 && uid < UINT32_MAX)
			coexist_uid_list_add(uids, uid);
	}
}

static void
moves_make(struct fuzz_input *input, pool_t pool, struct coexist_journal_line *line)
{
	uint32_t next_uid = 1;
	unsigned int count = fuzz_below(input, 3), uids;

	for (; count > 0; count--) {
		const char *target = name_make(input, "Trash");
		uint32_t uidvalidity = fuzz_uint32(input);
		bool with_uids = fuzz_bool(input);
		struct coexist_journal_move *move =
			coexist_journal_line_move(line, pool, target,
						  uidvalidity, with_uids);

		/* a message is moved once, to a new place */
		for (uids = fuzz_below(input, 4); uids > 0; uids--) {
			next_uid += fuzz_bool(input) ? 1 : 2;
			coexist_uid_list_add(&move->uids, next_uid);
			if (with_uids) {
				coexist_uid_list_add(&move->target_uids,
						     next_uid + 7);
			}
		}
	}
}

static void line_make(struct fuzz_input *input, pool_t pool,
		      struct coexist_journal_line *line_r)
{
	unsigned int i;

	coexist_journal_line_init(line_r, pool);
	line_r->time = 1 + (time_t)fuzz_uint32(input);
	line_r->session = t_strconcat("s", fuzz_string(input), NULL);
	line_r->protocol = fuzz_bool(input) ? "pop3" : "doveadm";
	line_r->address = fuzz_string(input);
	line_r->user = text_or_null(input);
	line_r->undoes = text_or_null(input);
	line_r->undoes_part = fuzz_bool(input);
	line_r->hidden_keyword = text_or_null(input);
	line_r->total = fuzz_uint64(input);
	if (fuzz_bool(input)) {
		line_r->chose = fuzz_string(input);
		return;
	}
	line_r->uidvalidity = 1 + fuzz_byte(input);
	if (fuzz_bool(input))
		line_r->mailbox = name_make(input, "Archive");
	for (i = 0; i < COEXIST_CHANGE_COUNT; i++) {
		if (i != COEXIST_CHANGE_MOVED)
			uids_make(input, &line_r->uids[i]);
	}
	moves_make(input, pool, line_r);
	uids_make(input, &line_r->unseen);
	uids_make(input, &line_r->marked);
}

static bool uids_equal(const ARRAY_TYPE(seq_range) *a,
		       const ARRAY_TYPE(seq_range) *b)
{
	return array_cmp(a, b);
}

static unsigned int
moves_count(const struct coexist_journal_line *line)
{
	const struct coexist_journal_move *move;
	unsigned int count = 0;

	array_foreach(&line->moves, move) {
		count += array_is_empty(&move->uids) ? 0 : 1;
	}
	return count;
}

static void check_equal(const struct coexist_journal_line *line,
			const struct coexist_journal_line *again)
{
	unsigned int i;

	i_assert(line->time == again->time && line->total == again->total &&
		 line->uidvalidity == again->uidvalidity &&
		 line->undoes_part == again->undoes_part);
	i_assert(strcmp(line->session, again->session) == 0);
	i_assert(strcmp(line->protocol, again->protocol) == 0);
	i_assert(strcmp(line->address, again->address) == 0);
	i_assert(null_strcmp(line->user, again->user) == 0);
	i_assert(null_strcmp(line->undoes, again->undoes) == 0);
	i_assert(null_strcmp(line->chose, again->chose) == 0);
	i_assert(null_strcmp(line->mailbox, again->mailbox) == 0);
	i_assert(null_strcmp(line->hidden_keyword, again->hidden_keyword) == 0);
	for (i = 0; i < COEXIST_CHANGE_COUNT; i++)
		i_assert(uids_equal(&line->uids[i], &again->uids[i]));
	i_assert(uids_equal(&line->unseen, &again->unseen));
	i_assert(uids_equal(&line->marked, &again->marked));
	i_assert(array_count(&again->moves) == moves_count(line));
	for (i = 0; i < array_count(&again->moves); i++) {
		const struct coexist_journal_move *a =
			array_idx(&line->moves, i);
		const struct coexist_journal_move *b =
			array_idx(&again->moves, i);

		i_assert(strcmp(a->target, b->target) == 0);
		i_assert(a->target_uidvalidity == b->target_uidvalidity);
		i_assert(uids_equal(&a->uids, &b->uids));
		i_assert(uids_equal(&a->target_uids, &b->target_uids));
	}
}

/* A move of nothing is not written. */
static void moves_tidy(struct coexist_journal_line *line)
{
	const struct coexist_journal_move *move;
	unsigned int i = 0;

	while (i < array_count(&line->moves)) {
		move = array_idx(&line->moves, i);
		if (array_is_empty(&move->uids))
			array_delete(&line->moves, i, 1);
		else
			i++;
	}
}

static void check_line(struct fuzz_input *input, pool_t pool)
{
	struct coexist_journal_line line;
	struct coexist_journal journal;
	string_t *text = t_str_new(256);

	line_make(input, pool, &line);
	moves_tidy(&line);
	coexist_journal_line_write(text, &line);
	/* one line, and one record, with another behind it */
	coexist_journal_line_write(text, &line);
	coexist_journal_text_read(pool, str_data(text), str_len(text), &journal);
	i_assert(journal.broken == 0);
	i_assert(array_count(&journal.lines) == 2);
	check_equal(&line, array_idx(&journal.lines, 0));
	check_equal(&line, array_idx(&journal.lines, 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	pool_t pool;

	fuzz_init();
	pool = fuzz_pool();
	T_BEGIN {
		check_line(&input, pool);
	} T_END;
	pool_unref(&pool);
	return 0;
}
