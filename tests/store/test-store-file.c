/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of store-file.h: what is read as a document, and what is not. */

#include "lib.h"
#include "store-file.h"
#include "policy-document.h"
#include "policy-store.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define TEXT "[policy]\npop3_access=deny\n"
/* A test that hangs is ended by SIGALRM. */
#define SWAP_SECS 60
#define SWAP_READS 20000

static char *folder, *path;

static void make_file(size_t size)
{
	int fd = g_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(ftruncate(fd, size), ==, 0);
	g_assert_cmpint(close(fd), ==, 0);
}

static void make_text(const char *text, size_t size)
{
	g_assert_true(g_file_set_contents(path, text, size, NULL));
}

static void make_nothing(void)
{
}

static void make_document(void)
{
	make_text(TEXT, strlen(TEXT));
}

static void make_empty(void)
{
	make_text("", 0);
}

static void make_largest(void)
{
	g_autofree char *text = g_strnfill(COEXIST_DOCUMENT_MAX_SIZE, 'x');

	make_text(text, COEXIST_DOCUMENT_MAX_SIZE);
}

static void make_too_large(void)
{
	make_file(COEXIST_DOCUMENT_MAX_SIZE + 1);
}

/* More than there is memory, and no block on the disk. */
static void make_huge(void)
{
	make_file((size_t)1 << 40);
}

static void make_nul(void)
{
	make_text(TEXT "\0", strlen(TEXT) + 1);
}

static void make_folder(void)
{
	g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
}

static void make_fifo(void)
{
	g_assert_cmpint(mkfifo(path, 0600), ==, 0);
}

static void make_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	g_assert_cmpint(fd, >=, 0);
	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	g_assert_cmpint(bind(fd, (void *)&address, sizeof(address)),
			==, 0);
	g_assert_cmpint(close(fd), ==, 0);
}

static void link_to(const char *target)
{
	g_assert_cmpint(symlink(target, path), ==, 0);
}

static void make_link_to_a_document(void)
{
	link_to("/etc/passwd");
}

static void make_link_to_nothing(void)
{
	link_to("/nonexistent");
}

static void make_link_to_a_device(void)
{
	link_to("/dev/zero");
}

static const struct {
	const char *name;
	void (*make)(void);
	enum coexist_store_status status;
	const char *error;
} rows[] = {
	{ "nothing", make_nothing, COEXIST_STORE_NOT_FOUND, NULL },
	{ "document", make_document, COEXIST_STORE_FOUND, NULL },
	{ "empty", make_empty, COEXIST_STORE_FOUND, NULL },
	{ "largest", make_largest, COEXIST_STORE_FOUND, NULL },
	{ "too-large", make_too_large, COEXIST_STORE_GARBAGE,
	  "has more than" },
	{ "huge", make_huge, COEXIST_STORE_GARBAGE, "has more than" },
	{ "nul", make_nul, COEXIST_STORE_GARBAGE, "a NUL byte" },
	{ "folder", make_folder, COEXIST_STORE_GARBAGE, "a directory" },
	{ "fifo", make_fifo, COEXIST_STORE_GARBAGE, "a FIFO" },
	{ "socket", make_socket, COEXIST_STORE_GARBAGE, "a socket" },
	{ "link", make_link_to_a_document, COEXIST_STORE_GARBAGE,
	  "a symbolic link" },
	{ "dangling-link", make_link_to_nothing, COEXIST_STORE_GARBAGE,
	  "a symbolic link" },
	{ "link-to-device", make_link_to_a_device, COEXIST_STORE_GARBAGE,
	  "a symbolic link" },
};

static void test_row(const void *data)
{
	unsigned int i = GPOINTER_TO_UINT(data);
	const char *text, *error;

	rows[i].make();
	g_assert_cmpint(coexist_store_file_read(path, &text, &error), ==,
			rows[i].status);
	g_assert_cmpint(text != NULL, ==,
			rows[i].status == COEXIST_STORE_FOUND);
	if (rows[i].error == NULL)
		g_assert_null(error);
	else {
		/* what it is, and where */
		g_assert_nonnull(strstr(error, rows[i].error));
		g_assert_nonnull(strstr(error, path));
	}
	(void)g_remove(path);
}

static void test_text(void)
{
	const char *text, *error;

	make_document();
	g_assert_cmpint(coexist_store_file_read(path, &text, &error), ==,
			COEXIST_STORE_FOUND);
	g_assert_cmpstr(text, ==, TEXT);
	g_assert_cmpint(g_remove(path), ==, 0);
}

static void test_device(void)
{
	const char *text, *error;

	g_assert_cmpint(coexist_store_file_read("/dev/zero", &text, &error),
			==, COEXIST_STORE_GARBAGE);
	g_assert_nonnull(strstr(error, "a device"));
}

static void test_a_file_in_a_folders_place(void)
{
	g_autofree char *below = g_build_filename(path, "user", NULL);
	const char *text, *error;

	make_document();
	g_assert_cmpint(coexist_store_file_read(below, &text, &error), ==,
			COEXIST_STORE_FAILED);
	g_assert_nonnull(strstr(error, below));
	g_assert_cmpint(g_remove(path), ==, 0);
}

/* What the other thread puts in the document's place, in turn. */
static char *in_turn[2];
static int stop;

static void move_to_turn(unsigned int i)
{
	g_assert_cmpint(g_rename(path, in_turn[i]), ==, 0);
}

static void put_in_turn(unsigned int i)
{
	g_autofree char *new_path = g_strconcat(path, ".new", NULL);

	g_assert_cmpint(link(in_turn[i], new_path), ==, 0);
	g_assert_cmpint(g_rename(new_path, path), ==, 0);
}

static void *swap_thread(void *context)
{
	unsigned int i;

	for (i = 1; g_atomic_int_get(&stop) == 0; i++)
		put_in_turn(i % 2);
	return context;
}

/* A FIFO that comes between the look and the opening is not waited for. */
static void test_swapped(void)
{
	unsigned int i, counts[COEXIST_STORE_FAILED + 1] = { 0 };
	enum coexist_store_status status;
	const char *text, *error;
	GThread *thread;

	for (i = 0; i < 2; i++)
		in_turn[i] = g_strdup_printf("%s.%u", path, i);
	make_document();
	move_to_turn(0);
	make_fifo();
	move_to_turn(1);
	put_in_turn(0);
	(void)alarm(SWAP_SECS);
	thread = g_thread_new("swap", swap_thread, NULL);
	for (i = 0; i < SWAP_READS || counts[COEXIST_STORE_FOUND] == 0 ||
	     counts[COEXIST_STORE_GARBAGE] == 0; i++) {
		T_BEGIN {
			status = coexist_store_file_read(path, &text, &error);
		} T_END;
		counts[status]++;
	}
	g_atomic_int_set(&stop, 1);
	(void)g_thread_join(thread);
	(void)alarm(0);
	g_assert_cmpuint(counts[COEXIST_STORE_FOUND] +
			 counts[COEXIST_STORE_GARBAGE], ==, i);
	for (i = 0; i < 2; i++) {
		g_assert_cmpint(g_remove(in_turn[i]), ==, 0);
		g_free(in_turn[i]);
	}
	g_assert_cmpint(g_remove(path), ==, 0);
}

static void test_path(void)
{
	static const char *const paths[][2] = {
		{ COEXIST_STORE_KEY_DEFAULT, "/store/coexist/default" },
		{ COEXIST_STORE_PREFIX_DOMAIN "x.org",
		  "/store/coexist/domain/x.org" },
		{ COEXIST_STORE_PREFIX_MAILBOX "jo@x.org",
		  "/store/coexist/mailbox/jo@x.org" },
		{ COEXIST_STORE_PREFIX_MAILBOX ".jo",
		  "/store/coexist/mailbox/.jo" },
		/* no name leads out of the folder */
		{ COEXIST_STORE_PREFIX_MAILBOX ".",
		  "/store/coexist/mailbox/..." },
		{ COEXIST_STORE_PREFIX_MAILBOX "..",
		  "/store/coexist/mailbox/...." },
	};
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_assert_cmpstr(coexist_store_file_path("/store/", paths[i][0]),
				==, paths[i][1]);
	}
}

int main(int argc, char *argv[])
{
	unsigned int i;
	int status;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("coexist-test-XXXXXX", NULL);
	g_assert_nonnull(folder);
	path = g_build_filename(folder, "document", NULL);
	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *name =
			g_strconcat("/store-file/", rows[i].name, NULL);

		g_test_add_data_func(name, GUINT_TO_POINTER(i), test_row);
	}
	g_test_add_func("/store-file/text", test_text);
	g_test_add_func("/store-file/device", test_device);
	g_test_add_func("/store-file/a-file-in-a-folders-place",
			test_a_file_in_a_folders_place);
	g_test_add_func("/store-file/swapped", test_swapped);
	g_test_add_func("/store-file/path", test_path);
	status = g_test_run();
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_free(path);
	g_free(folder);
	return status;
}
