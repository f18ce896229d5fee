/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mailbox-journal.h. */

#include "lib.h"
#include "mailbox-journal.h"
#include "index-root.h"
#include "mail-user.h"
#include "str.h"
#include "coexist-event.h"
#include "keywords.h"

static const char *journal_path(const struct coexist_index_root *root)
{
	return t_strconcat(root->folder, "/"COEXIST_JOURNAL_FILE_NAME, NULL);
}

static int
root_append(const struct coexist_index_root *root, const string_t *text,
	    const char **error_r)
{
	const char *path = journal_path(root);

	if (coexist_journal_file_append(path, &root->mode, text, error_r) == 0)
		return 0;
	/* nothing was stored in this mailbox yet */
	if (errno != ENOENT || coexist_index_root_create(root, error_r) < 0)
		return -1;
	return coexist_journal_file_append(path, &root->mode, text, error_r);
}

int coexist_journal_append(struct mail_user *user,
			   const struct coexist_journal_line *lines,
			   unsigned int count)
{
	struct coexist_index_root root;
	string_t *text;
	const char *error;
	unsigned int i;
	int ret;

	if (!coexist_index_root_find(user, COEXIST_JOURNAL_FILE_NAME, &root))
		return -1;
	text = str_new(default_pool, 512);
	for (i = 0; i < count; i++)
		coexist_journal_line_write(text, &lines[i]);
	ret = root_append(&root, text, &error);
	if (ret < 0) {
		e_warning(user->event, "coexist: Not in the journal: %s",
			  error);
	}
	str_free(&text);
	return ret;
}

int coexist_journal_read(struct mail_user *user, pool_t pool,
			 struct coexist_journal *journal_r,
			 const char **error_r)
{
	struct coexist_index_root root;
	const char *path;
	int ret;

	coexist_journal_text_read(pool, uchar_empty_ptr, 0, journal_r);
	if (!coexist_index_root_find(user, COEXIST_JOURNAL_FILE_NAME, &root))
		return 0;
	path = journal_path(&root);
	coexist_trace(user, "Reads the journal: %s", path);
	ret = coexist_journal_file_read(pool, path, journal_r, error_r);
	if (journal_r->broken > 0) {
		e_warning(user->event, "coexist: %s: %u lines are broken and "
			  "passed over, the first: %s", path,
			  journal_r->broken, journal_r->broken_error);
	}
	return ret;
}

const char *coexist_journal_hidden_keyword(const struct coexist_journal *journal)
{
	const char *keyword = POP3_HIDDEN_KEYWORD;
	const struct coexist_journal_line *line;

	array_foreach(&journal->lines, line) {
		if (line->hidden_keyword != NULL)
			keyword = line->hidden_keyword;
	}
	return keyword;
}
