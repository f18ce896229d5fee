/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target over its seeds, without libFuzzer: each of them, and each
   of its beginnings, as a writer that died would have left it. The program's name
   says which: replay-TARGET. */

#include "fuzz.h"

#include <glib.h>
#include <string.h>

static const char *seeds = NULL;

static void replay(const char *path)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	size_t length;

	g_file_get_contents(path, &text, &length, &error);
	g_assert_no_error(error);
	for (size_t size = 0; size <= length; size++) {
		/* so that reading beyond it is seen */
		g_autofree uint8_t *exact = g_malloc(MAX(size, 1));

		memcpy(exact, text, size);
		(void)LLVMFuzzerTestOneInput(exact, size);
	}
}

static void test_seeds(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(seeds, 0, &error);
	const char *name;
	unsigned int count = 0;

	g_assert_no_error(error);
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path =
			g_build_filename(seeds, name, NULL);

		g_test_message("%s", name);
		replay(path);
		count++;
	}
	g_assert_cmpuint(count, >, 0);
}

int main(int argc, char *argv[])
{
	g_autofree char *program = g_path_get_basename(argv[0]);
	g_autofree char *folder = NULL;
	const char *target = strstr(program, "replay-");

	g_assert_nonnull(target);
	seeds = folder = g_build_filename(SEEDS_DIR,
					  target + strlen("replay-"), NULL);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fuzz/seeds", test_seeds);
	return g_test_run();
}
