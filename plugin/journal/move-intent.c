/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in move-intent.h.

   The file is written in place, by one call, under a lock that ends with the
   process. Whatever a torn write leaves there can have a message copied again,
   and lose none: a copy counts when it is found in the target. */

#include "lib.h"
#include "array.h"
#include "seq-range-array.h"
#include "mail-index-private.h"
#include "mail-storage-private.h"
#include "mail-user.h"
#include "move-intent.h"
#include "coexist-event.h"
#include "copies-left.h"
#include "file-create.h"
#include "index-root.h"
#include "lock-wait.h"
#include "mail-move.h"
#include "move-intent-text.h"
#include "read-full.h"
#include "sdbox-file.h"
#include "session-changes.h"
#include "storage-driver.h"
#include "str.h"
#include "uid-list.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a move waits for another one: as long as Dovecot's pop3_lock_session. */
#define LOCK_TIMEOUT_MSECS (10 * 1000)
/* A larger file is none of ours: each message takes at most a dozen bytes. */
#define INTENT_FILE_MAX_SIZE (4 * 1024 * 1024)
/* Entries of other moves that are kept, the newest. */
#define INTENT_OTHERS_MAX 8

struct coexist_move_intent {
	pool_t pool;
	struct event *event;
	struct mailbox *source;
	const char *path;
	int fd;
	size_t size;

	/* of other moves that were cut off, the oldest first */
	ARRAY_TYPE(coexist_move_intent_line) others;
	/* of this one, with what is left of an earlier one to the same mailbox */
	struct coexist_move_intent_line own;
};

static void
intent_warn(const struct coexist_move_intent *intent, const char *call)
{
	e_warning(intent->event, "coexist: Moves on without a log of moves: "
		  "%s(%s) failed: %m", call, intent->path);
}

/* The file */

static int file_open_or_create(struct mail_user *user, const char *path)
{
	struct coexist_index_root root;
	/* O_NONBLOCK: opening a FIFO must not wait */
	int fd = open(path, O_RDWR | O_NONBLOCK);

	if (fd == -1 && errno == ENOENT &&
	    coexist_index_root_try_find(user, &root))
		fd = coexist_file_create(path, O_RDWR | O_NONBLOCK | O_CREAT,
					 &root.mode);
	return fd;
}

/* Returns FALSE if the file can't be opened, or somebody else keeps the lock. */
static bool
file_open(struct coexist_move_intent *intent, struct mail_user *user)
{
	struct stat st;

	intent->fd = file_open_or_create(user, intent->path);
	if (intent->fd == -1) {
		intent_warn(intent, "open");
		return FALSE;
	}
	if (coexist_lock_wait(intent->fd, LOCK_TIMEOUT_MSECS) < 0) {
		if (errno != EAGAIN)
			intent_warn(intent, "fcntl");
		return FALSE;
	}
	if (fstat(intent->fd, &st) < 0) {
		intent_warn(intent, "fstat");
		return FALSE;
	}
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		intent_warn(intent, "open");
		return FALSE;
	}
	intent->size = st.st_size;
	return TRUE;
}

/* Reads what others have left. */
static bool file_read(struct coexist_move_intent *intent)
{
	char *text;

	if (intent->size == 0 || intent->size > INTENT_FILE_MAX_SIZE)
		return TRUE;
	text = p_malloc(intent->pool, intent->size + 1);
	if (pread_full(intent->fd, text, intent->size, 0) < 0) {
		intent_warn(intent, "read");
		return FALSE;
	}
	coexist_move_intent_lines_read(intent->pool, text, &intent->others);
	return TRUE;
}

/* Writes it anew, all or nothing: what is too long to be read again is nothing. */
static bool file_write(struct coexist_move_intent *intent)
{
	const struct coexist_move_intent_line *line;
	string_t *text = str_new(default_pool, 256);
	size_t old_size = intent->size;
	ssize_t written;

	array_foreach(&intent->others, line)
		coexist_move_intent_line_write(text, line);
	if (!array_is_empty(&intent->own.uids))
		coexist_move_intent_line_write(text, &intent->own);
	if (str_len(text) > INTENT_FILE_MAX_SIZE)
		str_truncate(text, 0);
	intent->size = str_len(text);
	written = str_len(text) == 0 ? 0 :
		pwrite(intent->fd, str_data(text), str_len(text), 0);
	str_free(&text);
	if (written < 0) {
		intent_warn(intent, "write");
		return FALSE;
	}
	if ((size_t)written < old_size && ftruncate(intent->fd, written) < 0) {
		intent_warn(intent, "ftruncate");
		return FALSE;
	}
	return TRUE;
}

/* The entries */

/* Returns TRUE if the message is in the mailbox, or may come back. */
static bool is_present(struct mailbox *box, uint32_t uid)
{
	uint32_t seq;

	return mail_index_lookup_seq(box->view, uid, &seq) ||
		coexist_sdbox_has_file(box, uid);
}

/* Takes messages out of the list that are gone from the mailbox, or never were there. */
static void
uids_keep_present(struct mailbox *box, ARRAY_TYPE(seq_range) *uids)
{
	ARRAY_TYPE(seq_range) present;
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	/* a damaged file may have billions */
	seq_range_array_remove_range(uids,
		mail_index_get_header(box->view)->next_uid, UINT32_MAX);
	t_array_init(&present, 16);
	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		if (is_present(box, uid))
			seq_range_array_add(&present, uid);
	}
	array_clear(uids);
	array_append_array(uids, &present);
}

static uint32_t uidvalidity_get(struct mailbox *box)
{
	return mail_index_get_header(box->view)->uid_validity;
}

/* The move to the same mailbox is to go on from where that one began. */
static void line_take_over(struct coexist_move_intent_line *own,
			   const struct coexist_move_intent_line *line)
{
	if (line->target_uidvalidity != own->target_uidvalidity)
		own->target_uid = 1;
	else if (line->target_uid < own->target_uid)
		own->target_uid = line->target_uid;
	seq_range_array_merge(&own->uids, &line->uids);
}

/* Looks for copies of these messages in the target, of which none was found yet. */
static void
find_copies(struct coexist_move *move, ARRAY_TYPE(seq_range) *uids,
	    uint32_t target_uidvalidity, uint32_t target_uid)
{
	uint32_t uid;

	array_foreach_elem(&move->found, uid)
		(void)seq_range_array_remove(uids, uid);
	if (!array_is_empty(uids)) {
		coexist_copies_left_find(move, uids, target_uidvalidity,
					 target_uid);
	}
}

/* Looks at an entry of the mailbox that messages are moved from. Returns TRUE if it
   is to stay as it is. */
static bool
line_settle(struct coexist_move_intent *intent, struct coexist_move *move,
	    struct coexist_move_intent_line *line)
{
	struct coexist_move_intent_line *own = &intent->own;
	ARRAY_TYPE(seq_range) again;

	uids_keep_present(move->source->box, &line->uids);
	if (strcmp(line->target, own->target) != 0) {
		/* a copy there is none here */
		seq_range_array_remove_seq_range(&line->uids, &own->uids);
		return !array_is_empty(&line->uids);
	}
	t_array_init(&again, 16);
	seq_range_array_merge(&again, &line->uids);
	seq_range_array_intersect(&again, &own->uids);
	find_copies(move, &again, line->target_uidvalidity, line->target_uid);
	line_take_over(own, line);
	return FALSE;
}

/* Looks at an entry of a move the other way: an undo of what is to be moved, or a move of
   what is to be undone. It has left copies among these messages, and the originals are where
   these belong. */
static void
line_settle_reverse(struct coexist_move_intent *intent,
		    struct coexist_move *move,
		    const struct coexist_move_intent_line *line)
{
	const struct coexist_move_intent_line *own = &intent->own;
	const struct seq_range *first;
	ARRAY_TYPE(seq_range) copies;

	if (line->uidvalidity != own->target_uidvalidity ||
	    line->target_uidvalidity != own->uidvalidity ||
	    array_is_empty(&line->uids))
		return;
	t_array_init(&copies, 16);
	seq_range_array_merge(&copies, &own->uids);
	if (line->target_uid > 1) {
		seq_range_array_remove_range(&copies, 1,
					     line->target_uid - 1);
	}
	first = array_front(&line->uids);
	find_copies(move, &copies, line->uidvalidity, first->seq1);
}

static bool is_reverse(const struct coexist_move_intent_line *line,
		       const struct coexist_move_intent_line *own)
{
	return strcmp(line->source, own->target) == 0 &&
		strcmp(line->target, own->source) == 0;
}

static void
lines_settle(struct coexist_move_intent *intent, struct coexist_move *move)
{
	struct coexist_move_intent_line *line;
	unsigned int i = 0;
	bool keep;

	while (i < array_count(&intent->others)) {
		line = array_idx_modifiable(&intent->others, i);
		if (is_reverse(line, &intent->own)) T_BEGIN {
			line_settle_reverse(intent, move, line);
		} T_END;
		if (strcmp(line->source, intent->own.source) != 0)
			keep = TRUE;
		else if (line->uidvalidity != intent->own.uidvalidity)
			keep = FALSE;
		else T_BEGIN {
			keep = line_settle(intent, move, line);
		} T_END;
		if (keep)
			i++;
		else
			array_delete(&intent->others, i, 1);
	}
	if (i > INTENT_OTHERS_MAX)
		array_delete(&intent->others, 0, i - INTENT_OTHERS_MAX);
}

static void own_init(struct coexist_move_intent *intent,
		     const struct coexist_move *move,
		     const ARRAY_TYPE(uint32_t) *uids)
{
	struct mailbox *source = move->source->box, *target = move->target;
	uint32_t uid;

	intent->own.source = p_strdup(intent->pool, mailbox_get_vname(source));
	intent->own.target = p_strdup(intent->pool, mailbox_get_vname(target));
	intent->own.uidvalidity = uidvalidity_get(source);
	intent->own.target_uidvalidity = uidvalidity_get(target);
	intent->own.target_uid = mail_index_get_header(target->view)->next_uid;
	p_array_init(&intent->own.uids, intent->pool, 16);
	array_foreach_elem(uids, uid)
		seq_range_array_add(&intent->own.uids, uid);
}

/* What was found */

static void
uid_list_add(ARRAY_TYPE(seq_range) *list, const ARRAY_TYPE(uint32_t) *uids)
{
	uint32_t uid;

	array_foreach_elem(uids, uid)
		coexist_uid_list_add(list, uid);
}

/* They were copied for this session, too, to who asks the journal. */
static void tell_found(const struct coexist_move *move)
{
	struct mailbox *source = move->source->box;
	ARRAY_TYPE(seq_range) uids, target_uids;

	e_info(source->event, "coexist: %u messages were in %s already: "
	       "finishing a move that was cut off", array_count(&move->found),
	       mailbox_get_vname(move->target));
	if (!source->inbox_user)
		return;
	t_array_init(&uids, 16);
	t_array_init(&target_uids, 16);
	uid_list_add(&uids, &move->found);
	uid_list_add(&target_uids, &move->found_target);
	coexist_changes_copied(coexist_changes_get(source->storage->user),
			       mailbox_get_vname(move->target),
			       uidvalidity_get(move->target), &uids,
			       &target_uids, &move->found_marked);
}

/* Takes what was found out of what is to be copied. */
static void take_found(const struct coexist_move *move,
		       ARRAY_TYPE(uint32_t) *uids)
{
	ARRAY_TYPE(seq_range) found;
	uint32_t uid;
	unsigned int i;

	t_array_init(&found, 16);
	array_foreach_elem(&move->found, uid)
		seq_range_array_add(&found, uid);
	for (i = array_count(uids); i > 0; i--) {
		if (seq_range_exists(&found, *array_idx(uids, i - 1)))
			array_delete(uids, i - 1, 1);
	}
}

/* Returns TRUE if there is a log of what the move does. imapc's messages have no
   GUIDs. */
static bool is_logged(const struct coexist_move *move)
{
	return !coexist_storage_is_imapc(move->target->storage) &&
		!coexist_storage_is_imapc(move->source->box->storage);
}

static void intent_free(struct coexist_move_intent **_intent)
{
	struct coexist_move_intent *intent = *_intent;

	*_intent = NULL;
	i_close_fd(&intent->fd);
	pool_unref(&intent->pool);
}

static struct coexist_move_intent *
intent_open(const struct coexist_move *move, struct mail_user *user)
{
	const char *folder = coexist_index_root_folder(user);
	struct coexist_move_intent *intent;
	pool_t pool;

	if (folder == NULL)
		return NULL;
	pool = pool_alloconly_create("coexist move intent", 1024);
	intent = p_new(pool, struct coexist_move_intent, 1);
	intent->pool = pool;
	intent->source = move->source->box;
	intent->event = intent->source->event;
	intent->path = p_strconcat(pool, folder,
				   "/"COEXIST_MOVE_INTENT_FILE_NAME, NULL);
	p_array_init(&intent->others, pool, 1);
	if (!file_open(intent, user) || !file_read(intent))
		intent_free(&intent);
	return intent;
}

struct coexist_move_intent *
coexist_move_intent_begin(struct coexist_move *move, ARRAY_TYPE(uint32_t) *uids)
{
	struct coexist_move_intent *intent;

	if (!is_logged(move) || array_is_empty(uids))
		return NULL;
	intent = intent_open(move, move->source->box->storage->user);
	if (intent == NULL)
		return NULL;
	own_init(intent, move, uids);
	lines_settle(intent, move);
	if (!array_is_empty(&move->found)) T_BEGIN {
		tell_found(move);
		take_found(move, uids);
	} T_END;
	/* without an entry it has the lock still */
	(void)file_write(intent);
	return intent;
}

/* A rebuild within the sync leaves messages that were committed to be expunged. */
static void own_remove_gone(struct coexist_move_intent *intent,
			    const ARRAY_TYPE(seq_range) *expunged)
{
	ARRAY_TYPE(seq_range) gone, present;

	t_array_init(&gone, 16);
	t_array_init(&present, 16);
	seq_range_array_merge(&gone, expunged);
	seq_range_array_merge(&present, expunged);
	uids_keep_present(intent->source, &present);
	seq_range_array_remove_seq_range(&gone, &present);
	seq_range_array_remove_seq_range(&intent->own.uids, &gone);
}

void coexist_move_intent_end(struct coexist_move_intent **_intent,
			     const ARRAY_TYPE(seq_range) *expunged)
{
	struct coexist_move_intent *intent = *_intent;

	*_intent = NULL;
	if (intent == NULL)
		return;
	if (!array_is_empty(expunged)) {
		T_BEGIN {
			own_remove_gone(intent, expunged);
		} T_END;
		(void)file_write(intent);
	}
	intent_free(&intent);
}
