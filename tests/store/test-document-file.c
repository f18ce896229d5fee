/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of document-file.h: when a file is known to be what it was. */

#include "lib.h"
#include "document-file.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY "shared/coexist/mailbox/user@example.org"

struct store {
	char *prefix, *folder, *path;
	struct coexist_document_files *files;
};

static void store_init(struct store *store)
{
	g_autofree char *top = g_dir_make_tmp("coexist-test-XXXXXX", NULL);

	g_assert_nonnull(top);
	store->prefix = g_strconcat(top, "/", NULL);
	store->folder = g_build_filename(top, "coexist", "mailbox", NULL);
	store->path = g_build_filename(store->folder, "user@example.org", NULL);
	g_assert_cmpint(g_mkdir_with_parents(store->folder, 0700), ==, 0);
	store->files = coexist_document_files_new(store->prefix);
}

static void store_deinit(struct store *store)
{
	g_autofree char *coexist = g_path_get_dirname(store->folder);

	coexist_document_files_free(store->files);
	(void)g_remove(store->path);
	g_assert_cmpint(g_rmdir(store->folder), ==, 0);
	g_assert_cmpint(g_rmdir(coexist), ==, 0);
	g_assert_cmpint(g_rmdir(store->prefix), ==, 0);
	g_free(store->path);
	g_free(store->folder);
	g_free(store->prefix);
}

static void write_file(const char *path, const char *text)
{
	int fd = g_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, text, strlen(text)), ==, strlen(text));
	g_assert_cmpint(close(fd), ==, 0);
}

static struct stat file_stat(const char *path)
{
	struct stat st;

	g_assert_cmpint(stat(path, &st), ==, 0);
	return st;
}

/* Returns the stamp of a file that did not change lately. */
static struct coexist_document_stamp settled_stamp(struct store *store)
{
	struct coexist_document_stamp stamp;

	g_assert_true(coexist_document_files_stamp(store->files, KEY,
		file_stat(store->path).st_ctime + 2, &stamp));
	g_assert_true(stamp.exists);
	return stamp;
}

static bool is_settled(struct store *store, const char *key, time_t now)
{
	struct coexist_document_stamp stamp;

	return coexist_document_files_stamp(store->files, key, now, &stamp);
}

static void test_change_a_moment_ago(void)
{
	struct store store;
	time_t changed;

	store_init(&store);
	write_file(store.path, "deny");
	changed = file_stat(store.path).st_ctime;
	/* a clock that is wrong included */
	g_assert_false(is_settled(&store, KEY, changed - 1000));
	g_assert_false(is_settled(&store, KEY, changed));
	g_assert_false(is_settled(&store, KEY, changed + 1));
	g_assert_true(is_settled(&store, KEY, changed + 2));
	store_deinit(&store);
}

static void test_written_over(void)
{
	struct coexist_document_stamp before, after;
	struct timespec times[2];
	struct store store;
	struct stat st;

	store_init(&store);
	write_file(store.path, "deny ");
	before = settled_stamp(&store);
	after = settled_stamp(&store);
	g_assert_true(coexist_document_stamp_equals(&before, &after));

	/* the same size and, which is easy to arrange, the same mtime */
	st = file_stat(store.path);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	do {
		write_file(store.path, "allow");
		g_assert_cmpint(utimensat(AT_FDCWD, store.path, times, 0), ==,
				0);
	} while (file_stat(store.path).st_ctim.tv_nsec == st.st_ctim.tv_nsec);
	after = settled_stamp(&store);
	g_assert_false(coexist_document_stamp_equals(&before, &after));
	store_deinit(&store);
}

static void test_replaced(void)
{
	struct coexist_document_stamp before, after;
	struct store store;
	g_autofree char *new_path = NULL;

	store_init(&store);
	write_file(store.path, "deny ");
	before = settled_stamp(&store);
	new_path = g_strconcat(store.path, ".new", NULL);
	write_file(new_path, "allow");
	g_assert_cmpint(g_rename(new_path, store.path), ==, 0);
	after = settled_stamp(&store);
	g_assert_false(coexist_document_stamp_equals(&before, &after));
	store_deinit(&store);
}

static void test_removed(void)
{
	struct coexist_document_stamp before, after, none;
	struct store store;

	store_init(&store);
	g_assert_true(coexist_document_files_stamp(store.files, KEY, 1, &none));
	g_assert_false(none.exists);
	write_file(store.path, "deny");
	before = settled_stamp(&store);
	g_assert_false(coexist_document_stamp_equals(&none, &before));
	g_assert_cmpint(g_remove(store.path), ==, 0);
	g_assert_true(coexist_document_files_stamp(store.files, KEY, 1,
						   &after));
	g_assert_true(coexist_document_stamp_equals(&none, &after));
	store_deinit(&store);
}

static void test_no_file(void)
{
	struct store store;
	const time_t later = time(NULL) + 1000;

	store_init(&store);
	g_assert_cmpint(g_mkdir(store.path, 0700), ==, 0);
	g_assert_false(is_settled(&store, KEY, later));
	store_deinit(&store);
}

/* Which is what the link is, and not what it leads to. */
static void test_symbolic_link(void)
{
	struct store store;

	store_init(&store);
	g_assert_cmpint(symlink("/etc/passwd", store.path), ==, 0);
	g_assert_false(is_settled(&store, KEY, time(NULL) + 1000));
	store_deinit(&store);
}

static void test_other_keys(void)
{
	struct store store;
	const time_t now = 1;

	store_init(&store);
	g_assert_true(is_settled(&store, KEY, now));
	g_assert_false(is_settled(&store, "shared/coexist/default", now));
	g_assert_false(is_settled(&store, "shared/coexist/domain/x.org", now));
	/* a file of its own, and no folder */
	g_assert_true(is_settled(&store, "shared/coexist/mailbox/..", now));
	store_deinit(&store);
}

static void test_other_stores(void)
{
	static const char *const prefixes[] = {
		"/nonexistent/",
		/* no file system for files: who knows what its times mean */
		"/proc/",
	};
	struct coexist_document_stamp stamp;
	unsigned int i;

	g_assert_null(coexist_document_files_new(NULL));
	g_assert_false(coexist_document_files_stamp(NULL, KEY, 1, &stamp));
	for (i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		struct coexist_document_files *files =
			coexist_document_files_new(prefixes[i]);

		g_assert_false(coexist_document_files_stamp(files, KEY, 1,
							    &stamp));
		coexist_document_files_free(files);
	}
	coexist_document_files_free(NULL);
}

int main(int argc, char *argv[])
{
	lib_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/document-file/change-a-moment-ago",
			test_change_a_moment_ago);
	g_test_add_func("/document-file/written-over", test_written_over);
	g_test_add_func("/document-file/replaced", test_replaced);
	g_test_add_func("/document-file/removed", test_removed);
	g_test_add_func("/document-file/no-file", test_no_file);
	g_test_add_func("/document-file/symbolic-link", test_symbolic_link);
	g_test_add_func("/document-file/other-keys", test_other_keys);
	g_test_add_func("/document-file/other-stores", test_other_stores);
	return g_test_run();
}
