/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module that makes the mistake that its user is named after, for test_checker.py. */

#include "lib.h"
#include "str.h"
#include "mail-user.h"
#include "mail-storage-hooks.h"

#include <stdlib.h>

void coexist_mistake_plugin_init(struct module *module);
void coexist_mistake_plugin_deinit(void);

const char *coexist_mistake_plugin_version = DOVECOT_ABI_VERSION;

/* What the compiler can't see through. */
static volatile unsigned int beyond = 8;
static volatile char seen;

static void mistake_in_heap(void)
{
	char *memory = malloc(8);

	seen = memory[beyond];
	free(memory);
}

static void mistake_in_data_stack(void)
{
	char *memory = t_malloc0(8);

	(void)t_malloc0(8);
	seen = memory[beyond];
}

static void mistake_after_frame(void)
{
	const char *text;

	T_BEGIN {
		text = t_strdup_printf("%u", beyond);
	} T_END;
	seen = text[0];
}

static void mistake_in_pool(struct mail_user *user)
{
	char *memory = p_malloc(user->pool, 8);

	(void)p_malloc(user->pool, 8);
	seen = memory[beyond];
}

static void mistake_undefined(void)
{
	seen = (1 << (beyond * 8)) != 0;
}

static void mistake_user_created(struct mail_user *user)
{
	if (strcmp(user->username, "heap") == 0)
		mistake_in_heap();
	else if (strcmp(user->username, "data-stack") == 0)
		mistake_in_data_stack();
	else if (strcmp(user->username, "frame") == 0)
		mistake_after_frame();
	else if (strcmp(user->username, "pool") == 0)
		mistake_in_pool(user);
	else if (strcmp(user->username, "undefined") == 0)
		mistake_undefined();
}

static struct mail_storage_hooks mistake_hooks = {
	.mail_user_created = mistake_user_created,
};

void coexist_mistake_plugin_init(struct module *module)
{
	mail_storage_hooks_add(module, &mistake_hooks);
}

void coexist_mistake_plugin_deinit(void)
{
	mail_storage_hooks_remove(&mistake_hooks);
}
