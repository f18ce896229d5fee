/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-store-admin.h. */

#include "lib.h"
#include "policy-store-admin.h"
#include "dict-private.h"
#include "file-create-locked.h"
#include "str-sanitize.h"
#include "compat-store-list.h"
#include "site-config.h"
#include "store-file.h"
#include "store-generation.h"

#include <dirent.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TIMEOUT_SECS 60
/* What fs:posix calls a file that it will rename. */
#define TEMP_FILE_PREFIX ".temp.dovecot"

#define ERROR_MAX_CHARS 500
#define RECONNECT_SECS 5
#define RECONNECT_USECS (200 * 1000)

struct coexist_store_lock {
	struct file_lock *file_lock;
	char *path;
};

static const struct dict_op_settings store_op_settings = { .username = "" };

static struct dict_transaction_context *
transaction_begin(struct coexist_store *store)
{
	store->is_written = TRUE;
	return dict_transaction_begin(store->dict, &store_op_settings);
}

struct commit {
	bool finished;
	/* NULL if all went well */
	char *error;
};

static void
committed(const struct dict_commit_result *result, struct commit *commit)
{
	commit->finished = TRUE;
	if (result->ret <= 0) {
		commit->error = i_strdup(result->error == NULL ?
					 "Commit failed" : result->error);
	}
}

/* Begins the commit, which the driver may finish at once. dict_transaction_commit()
   crashes with the redis driver, which calls back twice if it is to wait
   (redis_transaction_commit() in src/lib-dict/dict-redis.c). */
static struct commit *
transaction_commit(struct dict_transaction_context *transaction)
{
	struct commit *commit = i_new(struct commit, 1);

	dict_transaction_commit_async(&transaction, committed, commit);
	return commit;
}

/* Returns NULL, or the error on the data stack. The dict was waited for. */
static const char *commit_end(struct commit *commit, const char *key)
{
	const char *error;

	/* the driver may call back later */
	if (!commit->finished)
		return t_strdup_printf("Can't change %s: No answer", key);
	/* PostgreSQL's has several lines, and that of a Redis that has closed its
	   connection may be anything: it is used after it was freed
	   (redis_disconnected() in src/lib-dict/dict-redis.c) */
	error = commit->error == NULL ? NULL :
		t_strdup_printf("Can't change %s: %s", key, str_sanitize_utf8(
				t_str_replace(commit->error, '\n', ' '),
				ERROR_MAX_CHARS));
	i_free(commit->error);
	i_free(commit);
	return error;
}

static void transaction_add(struct dict_transaction_context *transaction,
			    const struct coexist_store_change *change)
{
	if (change->text != NULL)
		dict_set(transaction, change->key, change->text);
	else
		dict_unset(transaction, change->key);
}

static struct commit *
change_begin(struct coexist_store *store,
	     const struct coexist_store_change *change)
{
	struct dict_transaction_context *transaction =
		transaction_begin(store);

	transaction_add(transaction, change);
	return transaction_commit(transaction);
}

static int change_make(struct coexist_store *store, const char *key,
		       const char *text, const char **error_r)
{
	const struct coexist_store_change change = {
		.key = key, .text = text
	};
	struct commit *commit = change_begin(store, &change);

	dict_wait(store->dict);
	*error_r = commit_end(commit, key);
	return *error_r == NULL ? 0 : -1;
}

int coexist_store_write_text(struct coexist_store *store, const char *key,
			     const char *text, const char **error_r)
{
	return change_make(store, key, text, error_r);
}

int coexist_store_remove(struct coexist_store *store, const char *key,
			 const char **error_r)
{
	return change_make(store, key, NULL, error_r);
}

/* The driver fs has no transactions: what it did before an error is done, and what is
   removed can't be removed again. */
static bool takes_groups(const struct coexist_store *store)
{
	return strcmp(store->dict->name, "fs") != 0;
}

/* Returns NULL if all were made, or the error if none were: the drivers of Redis and of
   SQL undo the transaction, that of PostgreSQL by closing its connection. */
static const char *change_group(struct coexist_store *store,
				const struct coexist_store_change *changes,
				unsigned int count)
{
	struct dict_transaction_context *transaction =
		transaction_begin(store);
	struct commit *commit;
	unsigned int i;

	for (i = 0; i < count; i++)
		transaction_add(transaction, &changes[i]);
	commit = transaction_commit(transaction);
	dict_wait(store->dict);
	return commit_end(commit, changes[0].key);
}

/* Returns TRUE and an error. Asks again for a while: the driver of PostgreSQL is not
   connected for a moment after the database has refused something. */
static bool is_away(struct coexist_store *store, const char **error_r)
{
	const char *text, *error;
	time_t end = time(NULL) + RECONNECT_SECS;

	while (coexist_store_read_text(store, COEXIST_STORE_KEY_MARKER, &text,
				       &error) == COEXIST_STORE_FAILED) {
		if (time(NULL) >= end) {
			*error_r = error;
			return TRUE;
		}
		usleep(RECONNECT_USECS);
	}
	return FALSE;
}

int coexist_store_change_many(struct coexist_store *store,
			      struct coexist_store_change *changes,
			      unsigned int count)
{
	unsigned int i;
	int ret = 1;

	if (count > 1 && takes_groups(store)) {
		changes[0].error = change_group(store, changes, count);
		if (changes[0].error == NULL)
			return 1;
		if (is_away(store, &changes[0].error))
			return -1;
	}
	for (i = 0; i < count; i++) {
		if (change_make(store, changes[i].key, changes[i].text,
				&changes[i].error) == 0)
			continue;
		if (is_away(store, &changes[i].error))
			return -1;
		ret = 0;
	}
	return ret;
}

int coexist_store_lock(const char *base_dir, struct coexist_store_lock **lock_r,
		       const char **error_r)
{
	const struct file_create_settings set = {
		.lock_timeout_secs = LOCK_TIMEOUT_SECS,
		.lock_settings = {
			.lock_method = FILE_LOCK_METHOD_FLOCK,
			.close_on_free = TRUE
		}
	};
	const char *path = t_strconcat(base_dir,
				       "/"COEXIST_STORE_GENERATION_FILE, NULL);
	struct file_lock *file_lock;
	const char *error;
	bool created;

	/* The file stays: who waits for it and who comes later must meet at the
	   same one. */
	if (file_create_locked(path, &set, &file_lock, &created, &error) < 0) {
		*error_r = t_strdup_printf("Can't lock %s: %s", path, error);
		return -1;
	}
	*lock_r = i_new(struct coexist_store_lock, 1);
	(*lock_r)->file_lock = file_lock;
	(*lock_r)->path = i_strdup(path);
	return 0;
}

int coexist_store_publish(struct coexist_store *store,
			  const struct coexist_store_lock *lock,
			  const char **error_r)
{
	if (!store->is_written)
		return 0;
	if (coexist_store_generation_begin(lock->path) < 0) {
		*error_r = t_strdup_printf("utimensat(%s) failed: %m",
					   lock->path);
		return -1;
	}
	store->is_written = FALSE;
	return 0;
}

int coexist_store_unlock(struct coexist_store_lock **_lock, bool is_changed,
			 const char **error_r)
{
	struct coexist_store_lock *lock = *_lock;
	int ret;

	*_lock = NULL;
	ret = is_changed ? coexist_store_generation_begin(lock->path) : 0;
	if (ret < 0) {
		*error_r = t_strdup_printf("utimensat(%s) failed: %m",
					   lock->path);
	}
	file_unlock(&lock->file_lock);
	i_free(lock->path);
	i_free(lock);
	return ret;
}

static bool is_document_name(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
		strncmp(name, TEMP_FILE_PREFIX, strlen(TEMP_FILE_PREFIX)) != 0;
}

/* dict-fs would leave out a folder that is in a document's place. */
static int
files_list(struct coexist_store *store, const char *prefix,
	   coexist_store_name_t *callback, void *context, const char **error_r)
{
	/* the folder of any document */
	const char *file = coexist_store_file_path(
		store->files, t_strconcat(prefix, "x", NULL));
	const char *folder = t_strdup_until(file, strrchr(file, '/'));
	struct dirent *entry;
	bool more = TRUE;
	DIR *dir;

	dir = opendir(folder);
	if (dir == NULL) {
		if (errno == ENOENT)
			return 0;
		*error_r = t_strdup_printf("Can't list %s: opendir(%s) failed: "
					   "%m", prefix, folder);
		return -1;
	}
	errno = 0;
	while (more && (entry = readdir(dir)) != NULL) {
		if (is_document_name(entry->d_name)) T_BEGIN {
			more = callback(dict_unescape_string(entry->d_name),
					context);
		} T_END;
		errno = 0;
	}
	if (errno != 0) {
		*error_r = t_strdup_printf("Can't list %s: readdir(%s) failed: "
					   "%m", prefix, folder);
	}
	more = errno == 0;
	(void)closedir(dir);
	return more ? 0 : -1;
}

int coexist_store_list(struct coexist_store *store,
		       const struct coexist_site_config *config,
		       const char *prefix, coexist_store_name_t *callback,
		       void *context, const char **error_r)
{
	struct coexist_compat_store_list *list;
	bool more = TRUE;

	if (store->files != NULL)
		return files_list(store, prefix, callback, context, error_r);
	list = coexist_compat_store_list_init(store->dict, config->store_uri,
					      prefix);
	while (more) T_BEGIN {
		const char *name;

		more = coexist_compat_store_list_next(list, &name) &&
			callback(dict_unescape_string(name), context);
	} T_END;
	return coexist_compat_store_list_deinit(&list, error_r);
}
