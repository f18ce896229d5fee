/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-batch.h. */

#include "lib.h"
#include "admin-batch.h"
#include "array.h"
#include "doveadm.h"
#include "istream.h"
#include "lib-event.h"
#include "admin-document.h"
#include "admin-gate.h"
#include "admin-judge.h"
#include "admin-length.h"
#include "admin-signature.h"
#include "admin-tell.h"
#include "coexist-admin.h"
#include "policy-document.h"
#include "policy-handover.h"
#include "policy-scopes.h"
#include "policy-store-admin.h"

#include <glib.h>

/* What is stored in one transaction: more is hardly faster, and Redis has to be done with
   it in the time that a question may take. */
#define GROUP_ENTRIES 100
#define GROUP_SIZE (256 * 1024)
/* So many errors show what is wrong with a store. */
#define LEFT_MAX 100

struct entry {
	struct coexist_admin_scope scope;
	unsigned int line;
	/* what is stored, or NULL for nothing; there if it has_text */
	const char *text;
	bool has_text;
	/* it is what the stored document becomes by the change, and is made again
	   under the lock */
	bool is_changed;
	/* it is not stored */
	bool is_left;
};

struct coexist_admin_batch {
	struct coexist_admin *admin;
	const char *file;
	pool_t pool;
	ARRAY(struct entry *) entries;
	/* {store's key: entry} */
	GHashTable *keys;
	coexist_admin_change_t *change;
	void *context;
	struct coexist_admin_changes changes;
	/* how many are not stored */
	unsigned int left;
	/* find_change() met a document that can't be changed */
	bool has_failed;
};

/* Makes the document the entry's. */
static int
entry_set(struct coexist_admin_batch *batch, struct entry *entry,
	  struct coexist_document *document)
{
	entry->text = NULL;
	entry->has_text = TRUE;
	if (coexist_admin_document_is_empty(document))
		return 0;
	coexist_admin_note_change(batch->admin, document);
	if (coexist_admin_sign(batch->admin, document, entry->scope.key) < 0)
		return -1;
	g_autofree char *text = coexist_document_to_text(document);
	entry->text = p_strdup(batch->pool, text);
	return 0;
}

/* Makes what the change makes of the document that is stored. */
static int
entry_change(struct coexist_admin_batch *batch, struct entry *entry)
{
	g_autoptr(coexist_document) document = NULL;
	int found = coexist_admin_document_read(batch->admin, entry->scope.key,
						&document);

	if (found < 0 ||
	    (found > 0 &&
	     coexist_admin_check_signature(batch->admin, document,
					   entry->scope.key) < 0))
		return -1;
	if (found == 0)
		document = coexist_document_new();
	if (batch->change(batch->admin, document, batch->context) < 0)
		return -1;
	entry->is_changed = TRUE;
	return entry_set(batch, entry, document);
}

/* The documents are made when somebody asks for them: of thousands, few have open
   sessions. */
static bool find_change(void *context, const char *key, const char **text_r)
{
	struct coexist_admin_batch *batch = context;
	struct entry *entry = g_hash_table_lookup(batch->keys, key);

	if (entry == NULL || entry->is_left)
		return FALSE;
	if (!entry->has_text && !batch->has_failed &&
	    entry_change(batch, entry) < 0)
		batch->has_failed = TRUE;
	*text_r = entry->text;
	return TRUE;
}

struct coexist_admin_batch *
coexist_admin_batch_new(struct coexist_admin *admin, const char *file)
{
	struct coexist_admin_batch *batch = i_new(struct coexist_admin_batch, 1);

	batch->admin = admin;
	batch->file = file;
	batch->pool = pool_alloconly_create("coexist batch", 64 * 1024);
	i_array_init(&batch->entries, 64);
	batch->keys = g_hash_table_new(g_str_hash, g_str_equal);
	batch->changes.find = find_change;
	batch->changes.context = batch;
	return batch;
}

void coexist_admin_batch_free(struct coexist_admin_batch *batch)
{
	if (batch == NULL)
		return;
	g_hash_table_unref(batch->keys);
	array_free(&batch->entries);
	pool_unref(&batch->pool);
	i_free(batch);
}

int coexist_admin_batch_add(struct coexist_admin_batch *batch,
			    unsigned int line,
			    enum coexist_admin_scope_kind kind,
			    const char *name, struct coexist_document *document)
{
	struct entry *entry = p_new(batch->pool, struct entry, 1);

	entry->line = line;
	if (coexist_admin_scope_find(batch->admin, kind, name,
				     &entry->scope) < 0)
		return -1;
	if (g_hash_table_contains(batch->keys, entry->scope.key)) {
		coexist_admin_fail(batch->admin, EX_DATAERR, "%s %s is there "
				   "twice", coexist_admin_scope_kind_name(kind),
				   entry->scope.name);
		return -1;
	}
	g_hash_table_insert(batch->keys, (char *)entry->scope.key, entry);
	array_push_back(&batch->entries, &entry);
	return document == NULL ? 0 : entry_set(batch, entry, document);
}

struct istream *
coexist_admin_batch_input(const struct doveadm_cmd_context *cctx,
			  const char *name)
{
	struct istream *input;

	if (!doveadm_cmd_param_istream(cctx, name, &input))
		return NULL;
	/* the HTTP API has read it to its end */
	if (input->v_offset > 0)
		i_stream_seek(input, 0);
	return input;
}

const char *
coexist_admin_batch_input_name(const struct coexist_admin *admin,
			       struct istream *input)
{
	const char *name = i_stream_get_name(input);

	/* over the HTTP API it is the text itself */
	if (coexist_admin_is_http(admin->cctx))
		return "file";
	return *name == '(' ? "(stdin)" : name;
}

unsigned int
coexist_admin_batch_count(const struct coexist_admin_batch *batch)
{
	return array_count(&batch->entries);
}

/* Validation */

static int entries_change(struct coexist_admin_batch *batch)
{
	struct entry *entry;
	int ret;

	array_foreach_elem(&batch->entries, entry) {
		if (entry->has_text && !entry->is_changed)
			continue;
		T_BEGIN {
			ret = entry_change(batch, entry);
		} T_END;
		if (ret < 0)
			return -1;
	}
	return 0;
}

/* Returns what the batch makes of the scope, or NULL. */
static struct coexist_document *
entry_document(const struct coexist_admin_batch *batch, const char *key)
{
	const char *text;

	if (!find_change((void *)batch, key, &text) || text == NULL)
		return NULL;
	return coexist_document_parse(key, text, strlen(text), NULL);
}

/* Wider scopes that are in the batch count as they will be. */
static void
length_set_wider(const struct coexist_admin_batch *batch,
		 struct coexist_admin_length *length,
		 const struct coexist_admin_scope *scope)
{
	const char *text, *key, *domain =
		coexist_policy_scope_domain(scope->name);

	if (domain == NULL ||
	    (length->domain != NULL && strcmp(length->domain, domain) == 0))
		return;
	key = coexist_policy_scope_key(COEXIST_SCOPE_DOMAIN, NULL, domain);
	if (key == NULL || !find_change((void *)batch, key, &text))
		return;
	coexist_document_unref(length->domain_document);
	i_free(length->domain);
	length->domain = i_strdup(domain);
	length->domain_document = entry_document(batch, key);
}

static int
entry_check(const struct coexist_admin_batch *batch,
	    struct coexist_admin_length *length, const struct entry *entry)
{
	g_autoptr(coexist_document) document =
		entry_document(batch, entry->scope.key);
	const char *left_out;
	size_t size;

	if (document == NULL)
		return 0;
	if (entry->scope.kind == COEXIST_ADMIN_SCOPE_MAILBOX)
		length_set_wider(batch, length, &entry->scope);
	size = coexist_admin_length_get(batch->admin, length, entry->scope.kind,
					entry->scope.name, document, &left_out);
	if (*left_out == '\0')
		return 0;
	coexist_admin_fail(batch->admin, EX_DATAERR, "%s %s: With the wider "
			   "scopes' this is a policy of %zu bytes, and sessions "
			   "are told of at most %u: they would not obey %s. "
			   "Shorten it",
			   coexist_admin_scope_kind_name(entry->scope.kind),
			   entry->scope.name, size, COEXIST_HANDOVER_MAX_SIZE,
			   left_out);
	return -1;
}

static int entries_check(const struct coexist_admin_batch *batch)
{
	struct coexist_admin_length length;
	struct entry *entry;
	const char *text;
	int ret = 0;

	coexist_admin_length_init(batch->admin, &length);
	if (find_change((void *)batch, COEXIST_STORE_KEY_DEFAULT, &text)) {
		coexist_document_unref(length.default_document);
		length.default_document =
			entry_document(batch, COEXIST_STORE_KEY_DEFAULT);
	}
	array_foreach_elem(&batch->entries, entry) T_BEGIN {
		if (entry_check(batch, &length, entry) < 0)
			ret = -1;
	} T_END;
	coexist_admin_length_deinit(&length);
	return ret;
}

/* The change */

static struct entry *
entry_at(const struct coexist_admin_batch *batch, unsigned int i)
{
	return array_idx_elem(&batch->entries, i);
}

/* Returns the end of the group that begins here. */
static unsigned int
group_end(const struct coexist_admin_batch *batch, unsigned int begin)
{
	unsigned int end = begin, count = array_count(&batch->entries);
	const char *text;
	size_t size = 0;

	while (end < count && end - begin < GROUP_ENTRIES &&
	       size < GROUP_SIZE) {
		text = entry_at(batch, end++)->text;
		size += text == NULL ? 0 : strlen(text);
	}
	return end;
}

/* Returns 1 if there is something to do: what is not there is not removed. */
static int
entry_needs_change(const struct coexist_admin_batch *batch,
		   const struct entry *entry, const char **error_r)
{
	const char *text;

	if (entry->text != NULL)
		return 1;
	switch (coexist_store_read_text(batch->admin->store, entry->scope.key,
					&text, error_r)) {
	case COEXIST_STORE_FOUND:
	case COEXIST_STORE_GARBAGE:
		return 1;
	case COEXIST_STORE_NOT_FOUND:
		return 0;
	case COEXIST_STORE_FAILED:
		break;
	}
	return -1;
}

/* Says which of the entries, one after the other, are not stored. */
static void left_say(struct coexist_admin_batch *batch, unsigned int begin,
		     unsigned int end, const char *error)
{
	const struct entry *first = entry_at(batch, begin);
	unsigned int i;

	for (i = begin; i < end; i++)
		entry_at(batch, i)->is_left = TRUE;
	batch->left += end - begin;
	/* the exit code is for when the open sessions were told of the others */
	e_error(batch->admin->event, "%s:%u: %s %s%s not stored: %s",
		batch->file, first->line,
		coexist_admin_scope_kind_name(first->scope.kind),
		first->scope.name, end - begin == 1 ? " is" :
		t_strdup_printf(" and the %u behind it are", end - begin - 1),
		error);
}

/* A group on its way to the store. */
struct group {
	struct coexist_store_change changes[GROUP_ENTRIES];
	/* which of the entries they are of */
	unsigned int entries[GROUP_ENTRIES], count;
};

/* Returns how far it came: the end, or the entry at which the store was away, and the
   error. */
static unsigned int
group_make(const struct coexist_admin_batch *batch, unsigned int begin,
	   unsigned int end, struct group *group_r, const char **error_r)
{
	const struct entry *entry;
	unsigned int i;
	int ret;

	group_r->count = 0;
	for (i = begin; i < end; i++) {
		entry = entry_at(batch, i);
		ret = entry_needs_change(batch, entry, error_r);
		if (ret < 0)
			break;
		if (ret == 0)
			continue;
		group_r->entries[group_r->count] = i;
		group_r->changes[group_r->count].key = entry->scope.key;
		group_r->changes[group_r->count].text = entry->text;
		group_r->changes[group_r->count++].error = NULL;
	}
	return i;
}

/* Returns the same, after all that were refused were said. */
static unsigned int
group_store(struct coexist_admin_batch *batch, struct group *group,
	    unsigned int end, const char **error_r)
{
	unsigned int i, count = group->count;
	int ret = coexist_store_change_many(batch->admin->store, group->changes,
					    count);

	if (ret < 0) {
		while (group->changes[count - 1].error == NULL)
			count--;
		end = group->entries[--count];
		*error_r = group->changes[count].error;
	}
	for (i = 0; i < count; i++) {
		if (group->changes[i].error != NULL) {
			left_say(batch, group->entries[i],
				 group->entries[i] + 1,
				 group->changes[i].error);
		}
	}
	return end;
}

/* Tries to read one of those that are stored as auth does. */
static void stored_check(const struct coexist_admin_batch *batch)
{
	struct entry *entry;

	array_foreach_elem(&batch->entries, entry) {
		if (entry->text == NULL || entry->is_left)
			continue;
		coexist_admin_change_check(batch->admin, entry->scope.key);
		return;
	}
}

/* Stores the entries from this one on. Returns how far it came, and why no further. */
static unsigned int
entries_store_next(struct coexist_admin_batch *batch, unsigned int begin,
		   const char **error_r)
{
	struct group group;
	unsigned int end = group_end(batch, begin);
	unsigned int made = group_make(batch, begin, end, &group, error_r);

	return group_store(batch, &group, made, error_r);
}

static void entries_store(struct coexist_admin_batch *batch,
			  const struct coexist_store_lock *store_lock)
{
	unsigned int done = 0, count = array_count(&batch->entries);
	const char *error = NULL;

	while (done < count && error == NULL) T_BEGIN {
		done = entries_store_next(batch, done, &error);
		(void)coexist_admin_change_publish(batch->admin, store_lock);
		if (error == NULL && batch->left >= LEFT_MAX)
			error = "Too many errors";
		if (error != NULL && done < count)
			left_say(batch, done, count, error);
	} T_END;
	stored_check(batch);
}

static void left_count(const struct coexist_admin_batch *batch)
{
	unsigned int count = array_count(&batch->entries);

	if (batch->left == 0)
		return;
	coexist_admin_fail(batch->admin, EX_TEMPFAIL, "%u of %u policies are "
			   "stored: do it again when the store takes the others",
			   count - batch->left, count);
}

/* To ask for the list of open sessions, and to look those up whom it ends, may take
   long: everybody else's change would wait for the lock. */
static int brake(struct coexist_admin_batch *batch)
{
	int ret = coexist_admin_tell_brake_changes(batch->admin,
						   &batch->changes);

	return batch->has_failed ? -1 : ret;
}

void coexist_admin_batch_store(struct coexist_admin_batch *batch,
			       const char *const *keys,
			       coexist_admin_change_t *change, void *context)
{
	struct coexist_store_lock *store_lock;

	batch->change = change;
	batch->context = context;
	if (brake(batch) < 0 ||
	    coexist_admin_change_lock(batch->admin, &store_lock) < 0)
		return;
	if (entries_change(batch) == 0 && entries_check(batch) == 0 &&
	    coexist_admin_change_begin(batch->admin) == 0)
		entries_store(batch, store_lock);
	coexist_admin_change_unlock(batch->admin, &store_lock);
	coexist_admin_gate_check(batch->admin, keys);
	coexist_admin_tell_changes(batch->admin, &batch->changes);
	left_count(batch);
}
