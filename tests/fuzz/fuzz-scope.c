/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever a user is called, the documents about the user have a place of their own in
   the store, and nowhere else. The input is the names of two users, with a NUL between
   them. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "policy-scopes.h"
#include "store-file.h"

#define PREFIX "/store/"

static unsigned int count_slashes(const char *text)
{
	unsigned int count = 0;

	for (; *text != '\0'; text++)
		count += *text == '/' ? 1 : 0;
	return count;
}

static const char *key_of(enum coexist_policy_scope scope, const char *user)
{
	return coexist_policy_scope_key(scope, user,
					coexist_policy_scope_domain(user));
}

/* A file in the same folder as everybody's. */
static void check_path(enum coexist_policy_scope scope, const char *key)
{
	const char *path = coexist_store_file_path(PREFIX, key);
	const char *other = coexist_store_file_path(PREFIX,
						    key_of(scope, "a@a"));
	const char *name = strrchr(path, '/') + 1;

	i_assert(strncmp(path, PREFIX, strlen(PREFIX)) == 0);
	i_assert(count_slashes(path) == count_slashes(other));
	i_assert(strncmp(path, other, (size_t)(name - path)) == 0);
	i_assert(strcmp(name, "") != 0 && strcmp(name, ".") != 0 &&
		 strcmp(name, "..") != 0);
}

static void check_users(const char *user, const char *other)
{
	unsigned int scope;

	for (scope = 0; scope < COEXIST_SCOPE_COUNT; scope++) {
		const char *key = key_of(scope, user);
		const char *other_key = key_of(scope, other);

		if (key == NULL)
			continue;
		check_path(scope, key);
		/* letter case is none of the key */
		i_assert(!coexist_policy_scope_is_personal(scope) ||
			 (null_strcmp(key, other_key) == 0) ==
			 (strcasecmp(user, other) == 0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	fuzz_init();
	T_BEGIN {
		const char *user = fuzz_string(&input);
		const char *other = fuzz_string(&input);

		/* nobody is called nothing */
		if (*user != '\0' && *other != '\0')
			check_users(user, other);
	} T_END;
	return 0;
}
