/* See the contract in session-changes.h. */

#include "lib.h"
#include "session-changes.h"
#include "array.h"
#include "guid.h"
#include "ioloop.h"
#include "lib-event.h"
#include "mail-storage-private.h"
#include "net.h"
#include "coexist-event.h"
#include "mailbox-journal.h"
#include "keywords.h"
#include "policy-decision.h"
#include "session-policy.h"
#include "uid-list.h"

/* A session that stays open is in the journal this long after its first change
   that was not. */
#define JOURNAL_DELAY_MSECS (60 * 1000)

/* So many lines are written at once, those of a hundred thousand messages that do
   not follow each other; with more, the process would need too much memory. */
#define LINES_MAX 40

/* What was copied to one mailbox after another and is still in INBOX, the newest
   so many of them. Only a move that fails half-way leaves any. */
#define COPIES_MAX 16

#define CHANGES_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, coexist_changes_user_module)
#define CHANGES_USER_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, coexist_changes_user_module)

/* Messages that were copied out of INBOX to a mailbox, and not yet expunged. */
struct coexist_copies {
	char *target;
	uint32_t target_uidvalidity;
	/* in the order in which they were copied */
	ARRAY_TYPE(seq_range) uids;
	/* in the same order, or empty if they are not known */
	ARRAY_TYPE(seq_range) target_uids;
	ARRAY_TYPE(seq_range) marked;
};

struct coexist_changes {
	/* what goes on again when this ends */
	struct coexist_changes *outer;

	struct mail_user *user;
	char *id;
	char *cause;
	char *undoes;
	const char *hidden_keyword;
	/* \Seen is this user's own */
	bool private_flags;
	/* of this session, not of a run in it */
	bool is_session;
	bool log_nothing;

	ARRAY(struct coexist_copies) copies;
	/* what is not in the journal yet, NULL if nothing is not */
	pool_t pool;
	ARRAY(struct coexist_journal_line) lines;
	/* of the last line */
	unsigned int line_ranges;
	struct timeout *to_journal;
	/* what is */
	struct coexist_change_counts counts;
};

struct coexist_changes_user {
	union mail_user_module_context module_ctx;
	struct coexist_changes *current;
};

static MODULE_CONTEXT_DEFINE_INIT(coexist_changes_user_module,
				  &mail_user_module_register);

/* Returns TRUE if the policy is about something that somebody may ask about. */
static bool policy_wants_journal(const struct coexist_policy *policy)
{
	return policy != NULL &&
		(coexist_policy_number(policy,
			COEXIST_KEY_pop3_mark_read) != COEXIST_MARK_READ_STOCK ||
		 coexist_policy_number(policy,
			COEXIST_KEY_pop3_mark_downloaded) != 0 ||
		 coexist_policy_number(policy,
			COEXIST_KEY_pop3_delete) != COEXIST_DELETE_EXPUNGE ||
		 coexist_policy_number(policy,
			COEXIST_KEY_pop3_delete_limit) != 0 ||
		 coexist_policy_number(policy,
			COEXIST_KEY_pop3_keep_days) != 0);
}

static bool is_session_of_client(const struct mail_user *user)
{
	enum coexist_protocol protocol = coexist_protocol_find(user->service);

	return protocol == COEXIST_PROTOCOL_IMAP ||
		protocol == COEXIST_PROTOCOL_POP3;
}

static struct coexist_changes_user *changes_user_create(struct mail_user *user)
{
	struct coexist_changes_user *cuser;

	cuser = p_new(user->pool, struct coexist_changes_user, 1);
	MODULE_CONTEXT_SET(user, coexist_changes_user_module, cuser);
	return cuser;
}

static const char *new_id(const char *cause)
{
	guid_128_t guid;

	guid_128_generate(guid);
	return t_strdup_printf("%s-%s", cause, guid_128_to_string(guid));
}

static struct coexist_changes *
changes_create(struct mail_user *user, const char *cause, bool is_session)
{
	struct coexist_changes *changes = i_new(struct coexist_changes, 1);
	const char *id = is_session ? user->session_id : NULL;

	changes->user = user;
	changes->cause = i_strdup(cause);
	changes->id = i_strdup(id != NULL && *id != '\0' ? id : new_id(cause));
	changes->is_session = is_session;
	return changes;
}

static void copies_free(struct coexist_copies *copies)
{
	i_free(copies->target);
	array_free(&copies->uids);
	array_free(&copies->target_uids);
	array_free(&copies->marked);
}

static void changes_free(struct coexist_changes **_changes)
{
	struct coexist_changes *changes = *_changes;
	unsigned int i;

	*_changes = NULL;
	i_assert(changes->to_journal == NULL && changes->pool == NULL);
	if (array_is_created(&changes->copies)) {
		for (i = 0; i < array_count(&changes->copies); i++)
			copies_free(array_idx_modifiable(&changes->copies, i));
		array_free(&changes->copies);
	}
	coexist_change_counts_free(&changes->counts);
	i_free(changes->undoes);
	i_free(changes->cause);
	i_free(changes->id);
	i_free(changes);
}

/* Lets each line say when it is written and, of a session that has others, how
   many messages there are in all: so it is known if one of them is missing. */
static void lines_complete(struct coexist_changes *changes)
{
	bool is_only = coexist_change_counts_total(&changes->counts) == 0 &&
		array_count(&changes->lines) == 1;
	struct coexist_journal_line *lines;
	unsigned int i, count;

	lines = array_get_modifiable(&changes->lines, &count);
	for (i = 0; i < count; i++) {
		lines[i].time = ioloop_time;
		coexist_journal_line_count(&lines[i], &changes->counts);
	}
	for (i = 0; i < count && !is_only; i++) {
		lines[i].total =
			coexist_change_counts_total(&changes->counts);
	}
}

/* Writes what is not in the journal yet, all at once. */
static void changes_flush(struct coexist_changes *changes)
{
	timeout_remove(&changes->to_journal);
	if (changes->pool == NULL)
		return;
	lines_complete(changes);
	T_BEGIN {
		(void)coexist_journal_append(changes->user,
					     array_front(&changes->lines),
					     array_count(&changes->lines));
	} T_END;
	pool_unref(&changes->pool);
}

static void changes_log(const struct coexist_changes *changes)
{
	struct event *event;
	struct event_passthrough *e;
	const char *text;
	unsigned int i;

	if (changes->log_nothing ||
	    coexist_change_counts_total(&changes->counts) == 0)
		return;
	event = coexist_event_create(changes->user);
	e = event_create_passthrough(event)->
		set_name("coexist_session_ended")->
		add_str("protocol", changes->cause)->
		add_str("coexist_session", changes->id);
	for (i = 0; i < COEXIST_CHANGE_COUNT; i++) {
		e = e->add_int(coexist_change_names[i],
			       (intmax_t)changes->counts.messages[i]);
	}
	text = t_strconcat(changes->is_session ? "" : changes->cause,
			   changes->is_session ? "" : ": ",
			   coexist_change_counts_text(&changes->counts), NULL);
	/* an administrator who runs a command is told by what it prints */
	if (is_session_of_client(changes->user))
		e_info(e->event(), "coexist: %s", text);
	else
		e_debug(e->event(), "coexist: %s", text);
	event_unref(&event);
}

static void changes_finish(struct coexist_changes **changes)
{
	changes_flush(*changes);
	T_BEGIN {
		changes_log(*changes);
	} T_END;
	changes_free(changes);
}

static void coexist_changes_user_deinit_pre(struct mail_user *user)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT_REQUIRE(user);

	/* whatever others do at the end first */
	cuser->module_ctx.super.deinit_pre(user);
	if (cuser->current != NULL)
		changes_finish(&cuser->current);
}

void coexist_changes_user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;
	struct coexist_changes_user *cuser;

	if (user->autocreated || !is_session_of_client(user) ||
	    !policy_wants_journal(coexist_session_policy_get(user)))
		return;

	cuser = changes_user_create(user);
	cuser->current = changes_create(user, user->service,
					/* is_session */ TRUE);
	cuser->module_ctx.super = *v;
	user->vlast = &cuser->module_ctx.super;
	v->deinit_pre = coexist_changes_user_deinit_pre;
}

struct coexist_changes *coexist_changes_get(struct mail_user *user)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT(user);

	return cuser == NULL ? NULL : cuser->current;
}

struct coexist_changes *
coexist_changes_begin(struct mail_user *user, const char *cause)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT(user);
	struct coexist_changes *changes;

	if (cuser == NULL)
		cuser = changes_user_create(user);
	T_BEGIN {
		changes = changes_create(user, cause, /* is_session */ FALSE);
	} T_END;
	changes->outer = cuser->current;
	cuser->current = changes;
	return changes;
}

void coexist_changes_log_nothing(struct coexist_changes *changes)
{
	if (changes != NULL)
		changes->log_nothing = TRUE;
}

void coexist_changes_end(struct coexist_changes **_changes)
{
	struct coexist_changes *changes = *_changes;
	struct coexist_changes_user *cuser;

	*_changes = NULL;
	if (changes == NULL)
		return;
	cuser = CHANGES_USER_CONTEXT_REQUIRE(changes->user);
	i_assert(cuser->current == changes);
	cuser->current = changes->outer;
	changes_finish(&changes);
}

struct coexist_changes *coexist_changes_suspend(struct mail_user *user)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT(user);
	struct coexist_changes *changes = coexist_changes_get(user);

	if (cuser != NULL)
		cuser->current = NULL;
	return changes;
}

void coexist_changes_resume(struct mail_user *user,
			    struct coexist_changes *changes)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT(user);

	if (cuser != NULL)
		cuser->current = changes;
}

void coexist_changes_set_private_flags(struct coexist_changes *changes)
{
	changes->private_flags = TRUE;
}

void coexist_changes_set_undoes(struct coexist_changes *changes,
				const char *session_id)
{
	if (changes == NULL)
		return;
	i_free(changes->undoes);
	changes->undoes = i_strdup(session_id);
}

void coexist_changes_set_hidden_keyword(struct coexist_changes *changes,
					const char *keyword)
{
	if (changes != NULL)
		changes->hidden_keyword = keyword;
}

const char *
coexist_changes_get_hidden_keyword(const struct coexist_changes *changes)
{
	return changes == NULL || changes->hidden_keyword == NULL ?
		POP3_HIDDEN_KEYWORD : changes->hidden_keyword;
}

/* Returns TRUE for the session of an IMAP client. */
static bool is_imap_session(const struct coexist_changes *changes)
{
	return changes->is_session && strcmp(changes->cause, "imap") == 0;
}

bool coexist_changes_have_flags(const struct coexist_changes *changes)
{
	return !is_imap_session(changes);
}

static void journal_timeout(struct coexist_changes *changes)
{
	changes_flush(changes);
}

static void lines_begin(struct coexist_changes *changes)
{
	changes->pool = pool_alloconly_create("coexist changes", 2048);
	p_array_init(&changes->lines, changes->pool, 1);
	/* POP3's sessions end soon. Not in an ioloop that somebody made to wait
	   for something. */
	if (is_imap_session(changes)) {
		changes->to_journal = timeout_add_to(io_loop_get_root(),
			JOURNAL_DELAY_MSECS, journal_timeout, changes);
	}
}

static struct coexist_journal_line *line_last(struct coexist_changes *changes)
{
	return array_back_modifiable(&changes->lines);
}

static void line_begin(struct coexist_changes *changes, uint32_t uidvalidity)
{
	const struct ip_addr *remote_ip = changes->user->conn.remote_ip;
	struct coexist_journal_line *line;

	if (changes->pool != NULL && array_count(&changes->lines) == LINES_MAX)
		changes_flush(changes);
	if (changes->pool == NULL)
		lines_begin(changes);
	line = array_append_space(&changes->lines);
	changes->line_ranges = 0;
	coexist_journal_line_init(line, changes->pool);
	line->session = changes->id;
	line->protocol = changes->cause;
	if (changes->private_flags)
		line->user = changes->user->username;
	line->undoes = changes->undoes;
	line->hidden_keyword = changes->hidden_keyword;
	line->uidvalidity = uidvalidity;
	if (remote_ip != NULL && remote_ip->family != 0) {
		line->address = p_strdup(changes->pool,
					 net_ip2addr(remote_ip));
	}
}

/* Returns the line for another change. */
static struct coexist_journal_line *
line_prepare(struct coexist_changes *changes, uint32_t uidvalidity)
{
	if (changes->pool == NULL ||
	    line_last(changes)->uidvalidity != uidvalidity ||
	    changes->line_ranges >= COEXIST_JOURNAL_LINE_RANGES)
		line_begin(changes, uidvalidity);
	return line_last(changes);
}

static void list_add(struct coexist_changes *changes,
		     ARRAY_TYPE(seq_range) *list, uint32_t uid)
{
	unsigned int before = array_count(list);

	coexist_uid_list_add(list, uid);
	changes->line_ranges += array_count(list) - before;
}

static void
flags_add(struct coexist_changes *changes, struct coexist_journal_line *line,
	  uint32_t uid, enum coexist_change_flags flags)
{
	if ((flags & COEXIST_CHANGE_WAS_UNSEEN) != 0)
		list_add(changes, &line->unseen, uid);
	if ((flags & COEXIST_CHANGE_MARKED) != 0)
		list_add(changes, &line->marked, uid);
}

void coexist_changes_add(struct coexist_changes *changes,
			 enum coexist_change change, uint32_t uidvalidity,
			 uint32_t uid, enum coexist_change_flags flags)
{
	struct coexist_journal_line *line;

	if (changes == NULL)
		return;
	line = line_prepare(changes, uidvalidity);
	list_add(changes, &line->uids[change], uid);
	flags_add(changes, line, uid, flags);
}

static void
add_moved(struct coexist_changes *changes, uint32_t uidvalidity, uint32_t uid,
	  enum coexist_change_flags flags, const struct coexist_copies *copies,
	  uint32_t target_uid)
{
	struct coexist_journal_line *line;
	struct coexist_journal_move *move;

	if (changes->pool != NULL && array_count(&line_last(changes)->moves) >=
	    COEXIST_JOURNAL_LINE_MOVES)
		line_begin(changes, uidvalidity);
	line = line_prepare(changes, uidvalidity);
	move = coexist_journal_line_move(line, changes->pool,
					 copies->target,
					 copies->target_uidvalidity,
					 target_uid != 0);
	list_add(changes, &move->uids, uid);
	if (target_uid != 0)
		list_add(changes, &move->target_uids, target_uid);
	flags_add(changes, line, uid, flags);
}

static void
copies_init(struct coexist_copies *copies_r, const char *target,
	    uint32_t target_uidvalidity)
{
	copies_r->target = i_strdup(target);
	copies_r->target_uidvalidity = target_uidvalidity;
	i_array_init(&copies_r->uids, 8);
	i_array_init(&copies_r->target_uids, 8);
	i_array_init(&copies_r->marked, 1);
}

/* Returns the list that a transaction's copies belong to: a move that goes
   round messages that can't be copied has many transactions. */
static struct coexist_copies *
copies_get(struct coexist_changes *changes, const char *target,
	   uint32_t target_uidvalidity, bool with_uids)
{
	struct coexist_copies *copies;

	if (!array_is_created(&changes->copies))
		i_array_init(&changes->copies, 4);
	if (!array_is_empty(&changes->copies)) {
		copies = array_back_modifiable(&changes->copies);
		if (strcmp(copies->target, target) == 0 &&
		    copies->target_uidvalidity == target_uidvalidity &&
		    array_is_empty(&copies->target_uids) != with_uids)
			return copies;
	}
	if (array_count(&changes->copies) == COPIES_MAX) {
		copies_free(array_front_modifiable(&changes->copies));
		array_pop_front(&changes->copies);
	}
	copies = array_append_space(&changes->copies);
	copies_init(copies, target, target_uidvalidity);
	return copies;
}

void coexist_changes_copied(struct coexist_changes *changes,
			    const char *target, uint32_t target_uidvalidity,
			    const ARRAY_TYPE(seq_range) *uids,
			    const ARRAY_TYPE(seq_range) *target_uids,
			    const ARRAY_TYPE(seq_range) *marked)
{
	/* a storage that doesn't tell them all tells none of use */
	bool with_uids = coexist_uid_list_count(target_uids) ==
		coexist_uid_list_count(uids);
	struct coexist_copies *copies;

	if (changes == NULL)
		return;
	copies = copies_get(changes, target, target_uidvalidity, with_uids);
	array_append_array(&copies->uids, uids);
	if (with_uids)
		array_append_array(&copies->target_uids, target_uids);
	seq_range_array_merge(&copies->marked, marked);
}

/* Takes those of the messages that were copied there out of both lists, and adds
   them as moved. */
static void
expunged_were_moved(struct coexist_changes *changes, uint32_t uidvalidity,
		    struct coexist_copies *copies, ARRAY_TYPE(seq_range) *uids,
		    const ARRAY_TYPE(seq_range) *unseen)
{
	struct seq_range_iter iter, target_iter;
	struct coexist_copies left;
	uint32_t uid, target_uid;
	unsigned int n;

	copies_init(&left, copies->target, copies->target_uidvalidity);
	seq_range_array_merge(&left.marked, &copies->marked);
	seq_range_array_iter_init(&iter, &copies->uids);
	seq_range_array_iter_init(&target_iter, &copies->target_uids);
	for (n = 0; seq_range_array_iter_nth(&iter, n, &uid); n++) {
		enum coexist_change_flags flags = 0;

		if (!seq_range_array_iter_nth(&target_iter, n, &target_uid))
			target_uid = 0;
		/* each of them once, however often it was copied */
		if (!seq_range_array_remove(uids, uid)) {
			coexist_uid_list_add(&left.uids, uid);
			if (target_uid != 0)
				coexist_uid_list_add(&left.target_uids,
						     target_uid);
			continue;
		}
		if (seq_range_exists(unseen, uid))
			flags |= COEXIST_CHANGE_WAS_UNSEEN;
		if (seq_range_exists(&copies->marked, uid))
			flags |= COEXIST_CHANGE_MARKED;
		add_moved(changes, uidvalidity, uid, flags, copies, target_uid);
	}
	copies_free(copies);
	*copies = left;
}

static void
expunged_find_copies(struct coexist_changes *changes, uint32_t uidvalidity,
		     ARRAY_TYPE(seq_range) *uids,
		     const ARRAY_TYPE(seq_range) *unseen)
{
	unsigned int i = 0;

	while (i < array_count(&changes->copies) && !array_is_empty(uids)) {
		struct coexist_copies *copies =
			array_idx_modifiable(&changes->copies, i);

		expunged_were_moved(changes, uidvalidity, copies, uids, unseen);
		if (!array_is_empty(&copies->uids)) {
			i++;
			continue;
		}
		copies_free(copies);
		array_delete(&changes->copies, i, 1);
	}
}

void coexist_changes_expunged(struct coexist_changes *changes,
			      uint32_t uidvalidity,
			      ARRAY_TYPE(seq_range) *uids,
			      const ARRAY_TYPE(seq_range) *unseen)
{
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	if (changes == NULL)
		return;
	if (array_is_created(&changes->copies))
		expunged_find_copies(changes, uidvalidity, uids, unseen);
	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		coexist_changes_add(changes, COEXIST_CHANGE_EXPUNGED,
				    uidvalidity, uid,
				    seq_range_exists(unseen, uid) ?
				    COEXIST_CHANGE_WAS_UNSEEN : 0);
	}
	array_clear(uids);
}

const struct coexist_change_counts *
coexist_changes_get_counts(const struct coexist_changes *changes)
{
	static const struct coexist_change_counts nothing;

	return changes == NULL ? &nothing : &changes->counts;
}

const char *coexist_changes_get_id(const struct coexist_changes *changes)
{
	return changes == NULL ? "" : changes->id;
}
