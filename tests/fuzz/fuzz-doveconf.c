/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any output of doveconf, postconf and postmap is read. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "auth-identity.h"
#include "doveconf-block.h"
#include "plugin-list.h"
#include "postfix-conf.h"

static unsigned int count_blocks(const struct coexist_doveconf_block *block)
{
	const struct coexist_doveconf_block *child;
	unsigned int count = 1;

	for (child = block->children; child != NULL; child = child->next) {
		i_assert(child->parent == block);
		count += count_blocks(child);
	}
	return count;
}

static unsigned int count_lines(const char *text)
{
	unsigned int count = 1;

	for (; *text != '\0'; text++)
		count += *text == '\n' ? 1 : 0;
	return count;
}

static void check_output(const char *output)
{
	static const char *const protocols[] = { "imap", "pop3", "!imap" };
	pool_t pool = fuzz_pool();
	const struct coexist_doveconf_block *conf =
		coexist_doveconf_parse(pool, output);
	const char *const *name;
	unsigned int i;

	i_assert(count_blocks(conf) <= count_lines(output) + 1);
	i_assert(coexist_auth_identity(conf) != NULL);
	for (i = 0; i < N_ELEMENTS(protocols); i++) {
		name = coexist_plugin_list_get(conf, protocols[i]);
		for (; *name != NULL; name++)
			i_assert(strlen(*name) <= strlen(output));
	}
	pool_unref(&pool);
}

static void check_words(const char *list)
{
	const char *const *word = coexist_postfix_words(list);

	for (; *word != NULL; word++) {
		i_assert(**word != '\0');
		i_assert(strpbrk(*word, ", \t\n") == NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_init();
	T_BEGIN {
		const char *text = fuzz_text(data, size);

		check_output(text);
		check_words(text);
	} T_END;
	return 0;
}
