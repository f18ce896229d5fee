/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-status.h. */

#include "lib.h"
#include "owner-status.h"
#include "array.h"
#include "mail-user.h"
#include "str.h"
#include "coexist/day.h"
#include "mailbox-journal.h"
#include "time-text.h"
#include "uid-list.h"
#include "use-note.h"

/* A session that deleted something. */
struct deletion {
	const char *session;
	time_t time;
	uint64_t hidden, moved;
};
ARRAY_DEFINE_TYPE(deletion, struct deletion);

const char *coexist_owner_status_last_use(struct mail_user *user)
{
	const struct coexist_protocol_use *pop3;
	struct coexist_use_noted noted;

	if (coexist_use_noted_read(user, &noted) < 0 || noted.last.since == 0)
		return NULL;
	pop3 = &noted.last.protocols[COEXIST_PROTOCOL_POP3];
	return pop3->day == 0 ? "none" : t_strcut(coexist_time_text(
			(time_t)(pop3->day * COEXIST_SECS_PER_DAY)), 'T');
}

/* Returns TRUE if an undo has left nothing of the session. */
static bool
is_undone(const struct coexist_journal *journal, const char *session)
{
	const struct coexist_journal_line *line;

	array_foreach(&journal->lines, line) {
		if (null_strcmp(line->undoes, session) == 0 &&
		    !line->undoes_part)
			return TRUE;
	}
	return FALSE;
}

static struct deletion *
deletion_find(ARRAY_TYPE(deletion) *deletions, const char *session)
{
	struct deletion *deletion;

	array_foreach_modifiable(deletions, deletion) {
		if (strcmp(deletion->session, session) == 0)
			return deletion;
	}
	return NULL;
}

/* Returns TRUE for a deletion that this user may undo. */
static bool
is_of_user(const struct coexist_journal_line *line, const struct mail_user *user)
{
	return coexist_journal_line_is_deletion(line) &&
		strpbrk(line->session, " \r\n") == NULL &&
		(line->user == NULL || strcmp(line->user, user->username) == 0);
}

static void
line_add(ARRAY_TYPE(deletion) *deletions, const struct coexist_journal *journal,
	 const struct coexist_journal_line *line)
{
	uint64_t hidden = coexist_uid_list_count(
			&line->uids[COEXIST_CHANGE_HIDDEN]), moved = 0;
	const struct coexist_journal_move *move;
	struct deletion *deletion;

	array_foreach(&line->moves, move)
		moved += coexist_uid_list_count(&move->uids);
	deletion = deletion_find(deletions, line->session);
	if (deletion == NULL) {
		if (array_count(deletions) == COEXIST_OWNER_STATUS_SESSIONS ||
		    is_undone(journal, line->session))
			return;
		deletion = array_append_space(deletions);
		deletion->session = line->session;
		deletion->time = line->time;
	}
	deletion->hidden += hidden;
	deletion->moved += moved;
}

static void
deletions_find(ARRAY_TYPE(deletion) *deletions,
	       const struct coexist_journal *journal,
	       const struct mail_user *user)
{
	const struct coexist_journal_line *line;
	unsigned int i;

	for (i = array_count(&journal->lines); i > 0; i--) {
		line = array_idx(&journal->lines, i - 1);
		if (is_of_user(line, user))
			line_add(deletions, journal, line);
	}
}

static const char *deletions_text(const ARRAY_TYPE(deletion) *deletions)
{
	const struct deletion *deletion;
	string_t *text = t_str_new(256);

	array_foreach(deletions, deletion) {
		if (str_len(text) > 0)
			str_append_c(text, '\n');
		str_printfa(text, "%s %s %"PRIu64" %"PRIu64,
			    coexist_time_text(deletion->time),
			    deletion->session, deletion->hidden,
			    deletion->moved);
	}
	return str_len(text) == 0 ? NULL : str_c(text);
}

const char *coexist_owner_status_deletions(struct mail_user *user)
{
	pool_t pool = pool_alloconly_create("owner's deletions", 4096);
	ARRAY_TYPE(deletion) deletions;
	struct coexist_journal journal;
	const char *error, *text = NULL;
	int ret = coexist_journal_read(user, pool, &journal, &error);

	if (ret < 0)
		e_error(user->event, "coexist: %s", error);
	else if (ret > 0) {
		t_array_init(&deletions, COEXIST_OWNER_STATUS_SESSIONS);
		deletions_find(&deletions, &journal, user);
		text = deletions_text(&deletions);
	}
	pool_unref(&pool);
	return text;
}
