/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any fields of a userdb are read, by each of the readers alike. The input is the
   fields, each with a NUL behind it. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "array.h"
#include "policy-handover.h"
#include "policy-merge.h"
#include "userdb-fields.h"

#define FIELDS_MAX 32

static unsigned int count_names(const char *const *fields, const char *name)
{
	size_t length = strlen(name);
	unsigned int count = 0;

	for (; *fields != NULL; fields++) {
		const char *field = *fields;

		if (strncmp(field, COEXIST_KEY_PREFIX,
			    strlen(COEXIST_KEY_PREFIX)) != 0)
			continue;
		field += strlen(COEXIST_KEY_PREFIX);
		if (strncmp(field, name, length) == 0 &&
		    (field[length] == '\0' || field[length] == '='))
			count++;
	}
	return count;
}

/* Of a name that is there once, both readers say the same. */
static void
check_key(const char *const *fields, enum coexist_key key, const char *text)
{
	const char *name = coexist_policy_keys[key].name;
	const char *value = coexist_userdb_fields_get(fields, name);

	i_assert((value == NULL) == (text == NULL));
	if (value != NULL && *value != '\0' && count_names(fields, name) == 1) {
		i_assert(strcmp(coexist_userdb_value(pool_datastack_create(),
						     value), text) == 0);
	}
}

static void check_fields(const char *const *fields)
{
	const char *texts[COEXIST_KEY_COUNT];
	const char *const *unknown;
	pool_t pool = fuzz_pool();
	struct coexist_scope scope;
	struct coexist_policy policy;
	bool any = FALSE;
	unsigned int i;

	unknown = coexist_userdb_fields_read(pool, fields, texts);
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		check_key(fields, i, texts[i]);
		any = any || texts[i] != NULL;
	}
	i_assert(coexist_userdb_fields_have_any(fields) ==
		 (any || unknown[0] != NULL));
	i_assert(!any || coexist_handover_fields_have_ours(fields));
	coexist_scope_init_texts(&scope, "userdb", texts);
	scope.yes_inherits = TRUE;
	coexist_policy_merge(&scope, 1, NULL, NULL, &policy);
	pool_unref(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const char *fields[FIELDS_MAX + 1] = { NULL };
	unsigned int i;

	fuzz_init();
	T_BEGIN {
		for (i = 0; i < FIELDS_MAX && input.size > 0; i++)
			fields[i] = fuzz_string(&input);
		check_fields(fields);
	} T_END;
	return 0;
}
