/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in journal-line.h. */

#include "lib.h"
#include "journal-line.h"
#include "iso8601-date.h"
#include "str.h"
#include "strescape.h"
#include "strnum.h"
#include "time-text.h"
#include "uid-list.h"
#include "unichar.h"
#include "utc-mktime.h"

#define END_MARK "end"
/* Of the text in an error. */
#define ERROR_NAME_LENGTH 32

void coexist_journal_line_init(struct coexist_journal_line *line_r, pool_t pool)
{
	unsigned int i;

	i_zero(line_r);
	line_r->session = line_r->protocol = line_r->address = "";
	for (i = 0; i < COEXIST_CHANGE_COUNT; i++)
		p_array_init(&line_r->uids[i], pool, 1);
	p_array_init(&line_r->moves, pool, 1);
	p_array_init(&line_r->unseen, pool, 1);
	p_array_init(&line_r->marked, pool, 1);
}

static struct coexist_journal_move *
move_add(struct coexist_journal_line *line, pool_t pool)
{
	struct coexist_journal_move *move = array_append_space(&line->moves);

	move->target = "";
	p_array_init(&move->uids, pool, 1);
	p_array_init(&move->target_uids, pool, 1);
	return move;
}

struct coexist_journal_move *
coexist_journal_line_move(struct coexist_journal_line *line, pool_t pool,
			  const char *target, uint32_t target_uidvalidity,
			  bool with_uids)
{
	struct coexist_journal_move *move;
	unsigned int i;

	for (i = 0; i < array_count(&line->moves); i++) {
		move = array_idx_modifiable(&line->moves, i);
		if (strcmp(move->target, target) == 0 &&
		    move->target_uidvalidity == target_uidvalidity &&
		    array_is_empty(&move->target_uids) != with_uids)
			return move;
	}
	move = move_add(line, pool);
	move->target = p_strdup(pool, target);
	move->target_uidvalidity = target_uidvalidity;
	return move;
}

static void write_text(string_t *dest, const char *name, const char *value)
{
	if (value == NULL)
		return;
	str_printfa(dest, "%s=", name);
	str_append_tabescaped(dest, value);
	str_append_c(dest, '\t');
}

static void write_number(string_t *dest, const char *name, uint32_t number)
{
	str_printfa(dest, "%s=%u\t", name, number);
}

static void
write_uids(string_t *dest, const char *name, const ARRAY_TYPE(seq_range) *uids)
{
	if (array_is_empty(uids))
		return;
	str_printfa(dest, "%s=", name);
	coexist_uid_list_write(dest, uids);
	str_append_c(dest, '\t');
}

static void write_move(string_t *dest, const struct coexist_journal_move *move)
{
	write_uids(dest, coexist_change_names[COEXIST_CHANGE_MOVED],
		   &move->uids);
	write_text(dest, "target", move->target);
	write_number(dest, "target_uidvalidity", move->target_uidvalidity);
	write_uids(dest, "target_uids", &move->target_uids);
}

void coexist_journal_line_write(string_t *dest,
				const struct coexist_journal_line *line)
{
	unsigned int i;

	write_text(dest, "time", coexist_time_text(line->time));
	write_text(dest, "session", line->session);
	write_text(dest, "protocol", line->protocol);
	write_text(dest, "address", line->address);
	write_text(dest, "user", line->user);
	write_text(dest, "undoes", line->undoes);
	if (line->undoes_part)
		write_text(dest, "partial", "yes");
	write_text(dest, "chose", line->chose);
	write_text(dest, "hidden_keyword", line->hidden_keyword);
	write_text(dest, "mailbox", line->mailbox);
	if (line->chose == NULL) {
		write_number(dest, line->mailbox == NULL ? "uidvalidity" :
			     "mailbox_uidvalidity", line->uidvalidity);
	}
	if (line->total != 0)
		str_printfa(dest, "total=%"PRIu64"\t", line->total);
	for (i = 0; i < COEXIST_CHANGE_COUNT; i++)
		write_uids(dest, coexist_change_names[i], &line->uids[i]);
	for (i = 0; i < array_count(&line->moves); i++)
		write_move(dest, array_idx(&line->moves, i));
	write_uids(dest, "unseen", &line->unseen);
	write_uids(dest, "marked", &line->marked);
	str_append(dest, END_MARK"\n");
}

static int time_parse(const char *value, time_t *time_r)
{
	int offset;

	return iso8601_date_parse((const unsigned char *)value, strlen(value),
				  time_r, &offset) ? 0 : -1;
}

/* Where the list of UIDs with this name is, or NULL. A list of moved UIDs begins
   a move, which the fields about its target follow. */
static ARRAY_TYPE(seq_range) *
uids_find(struct coexist_journal_line *line, pool_t pool, const char *name)
{
	struct coexist_journal_move *move;
	unsigned int i;

	if (strcmp(name, coexist_change_names[COEXIST_CHANGE_MOVED]) == 0)
		return &move_add(line, pool)->uids;
	for (i = 0; i < COEXIST_CHANGE_COUNT; i++) {
		if (strcmp(name, coexist_change_names[i]) == 0)
			return &line->uids[i];
	}
	if (strcmp(name, "unseen") == 0)
		return &line->unseen;
	if (strcmp(name, "marked") == 0)
		return &line->marked;
	if (strcmp(name, "target_uids") == 0 && !array_is_empty(&line->moves)) {
		move = array_back_modifiable(&line->moves);
		return &move->target_uids;
	}
	return NULL;
}

static const char **
text_find(struct coexist_journal_line *line, const char *name)
{
	struct coexist_journal_move *move;

	if (strcmp(name, "session") == 0)
		return &line->session;
	if (strcmp(name, "protocol") == 0)
		return &line->protocol;
	if (strcmp(name, "address") == 0)
		return &line->address;
	if (strcmp(name, "user") == 0)
		return &line->user;
	if (strcmp(name, "undoes") == 0)
		return &line->undoes;
	if (strcmp(name, "chose") == 0)
		return &line->chose;
	if (strcmp(name, "hidden_keyword") == 0)
		return &line->hidden_keyword;
	if (strcmp(name, "mailbox") == 0)
		return &line->mailbox;
	if (strcmp(name, "target") == 0 && !array_is_empty(&line->moves)) {
		move = array_back_modifiable(&line->moves);
		return &move->target;
	}
	return NULL;
}

static uint32_t *
number_find(struct coexist_journal_line *line, const char *name)
{
	struct coexist_journal_move *move;

	if (strcmp(name, "uidvalidity") == 0 ||
	    strcmp(name, "mailbox_uidvalidity") == 0)
		return &line->uidvalidity;
	if (strcmp(name, "target_uidvalidity") == 0 &&
	    !array_is_empty(&line->moves)) {
		move = array_back_modifiable(&line->moves);
		return &move->target_uidvalidity;
	}
	return NULL;
}

static int
field_parse(struct coexist_journal_line *line, pool_t pool, const char *name,
	    const char *value)
{
	ARRAY_TYPE(seq_range) *uids;
	const char **text;
	uint32_t *number;

	if (strcmp(name, "time") == 0)
		return time_parse(value, &line->time);
	if (strcmp(name, "total") == 0)
		return str_to_uint64(value, &line->total);
	if (strcmp(name, "partial") == 0) {
		line->undoes_part = TRUE;
		return 0;
	}
	if ((text = text_find(line, name)) != NULL) {
		*text = p_strdup(pool, str_tabunescape(t_strdup_noconst(value)));
		return 0;
	}
	if ((number = number_find(line, name)) != NULL)
		return str_to_uint32(value, number);
	if ((uids = uids_find(line, pool, name)) != NULL)
		return coexist_uid_list_parse(value, uids);
	/* of a newer version */
	return 0;
}

static int
fields_parse(struct coexist_journal_line *line, pool_t pool,
	     const char *const *fields, const char **error_r)
{
	const char *name, *value;

	for (; *fields != NULL && strcmp(*fields, END_MARK) != 0; fields++) {
		value = strchr(*fields, '=');
		if (value == NULL) {
			*error_r = "has a field without a value";
			return -1;
		}
		name = t_strdup_until(*fields, value++);
		if (field_parse(line, pool, name, value) < 0) {
			*error_r = t_strdup_printf("has a wrong %s", name);
			return -1;
		}
	}
	if (*fields == NULL || fields[1] != NULL) {
		*error_r = "is incomplete";
		return -1;
	}
	return 0;
}

/* Whoever undoes it takes what is in it as it is: Dovecot asserts that names are
   UTF-8, and a message can be moved back once. */
static bool move_is_valid(const struct coexist_journal_move *move)
{
	return *move->target != '\0' && uni_utf8_str_is_valid(move->target) &&
		(array_is_empty(&move->target_uids) ||
		 (coexist_uid_list_count(&move->target_uids) ==
		  coexist_uid_list_count(&move->uids) &&
		  coexist_uid_list_is_unique(&move->target_uids)));
}

static bool has_messages(const struct coexist_journal_line *line)
{
	unsigned int i;

	for (i = 0; i < COEXIST_CHANGE_COUNT; i++) {
		if (!array_is_empty(&line->uids[i]))
			return TRUE;
	}
	return !array_is_empty(&line->moves);
}

static int
line_check(const struct coexist_journal_line *line, const char **error_r)
{
	unsigned int i;

	if (line->time == 0 || *line->session == '\0' ||
	    *line->protocol == '\0' ||
	    (line->uidvalidity == 0 && line->chose == NULL)) {
		*error_r = "lacks the time, the session, its protocol or "
			"the UIDVALIDITY";
		return -1;
	}
	if (line->chose != NULL && has_messages(line)) {
		*error_r = "has messages beside a choice";
		return -1;
	}
	if (line->mailbox != NULL &&
	    (*line->mailbox == '\0' || !uni_utf8_str_is_valid(line->mailbox))) {
		*error_r = "says wrongly which mailbox it is about";
		return -1;
	}
	if (array_count(&line->moves) > COEXIST_JOURNAL_LINE_MOVES) {
		*error_r = "has too many moves";
		return -1;
	}
	for (i = 0; i < array_count(&line->moves); i++) {
		if (!move_is_valid(array_idx(&line->moves, i))) {
			*error_r = "says wrongly where messages were moved";
			return -1;
		}
	}
	return 0;
}

int coexist_journal_line_parse(pool_t pool, const char *text,
			       struct coexist_journal_line *line_r,
			       const char **error_r)
{
	coexist_journal_line_init(line_r, pool);
	if (fields_parse(line_r, pool, t_strsplit(text, "\t"), error_r) < 0)
		return -1;
	return line_check(line_r, error_r);
}

bool coexist_journal_line_has_uid(const struct coexist_journal_line *line,
				  uint32_t uid)
{
	const struct coexist_journal_move *move;
	unsigned int i;

	for (i = 0; i < COEXIST_CHANGE_COUNT; i++) {
		if (coexist_uid_list_contains(&line->uids[i], uid))
			return TRUE;
	}
	for (i = 0; i < array_count(&line->moves); i++) {
		move = array_idx(&line->moves, i);
		if (coexist_uid_list_contains(&move->uids, uid))
			return TRUE;
	}
	return FALSE;
}

bool coexist_journal_line_is_pop3(const struct coexist_journal_line *line)
{
	return strcmp(line->protocol, "pop3") == 0;
}

bool coexist_journal_line_is_deletion(const struct coexist_journal_line *line)
{
	return coexist_journal_line_is_pop3(line) &&
		(!array_is_empty(&line->uids[COEXIST_CHANGE_HIDDEN]) ||
		 !array_is_empty(&line->moves));
}

void coexist_journal_line_count(const struct coexist_journal_line *line,
				struct coexist_change_counts *counts)
{
	const struct coexist_journal_move *move;
	unsigned int i;

	for (i = 0; i < COEXIST_CHANGE_COUNT; i++) {
		coexist_change_counts_add(counts, i,
			coexist_uid_list_count(&line->uids[i]), NULL);
	}
	for (i = 0; i < array_count(&line->moves); i++) {
		move = array_idx(&line->moves, i);
		coexist_change_counts_add(counts, COEXIST_CHANGE_MOVED,
			coexist_uid_list_count(&move->uids), move->target);
	}
}
