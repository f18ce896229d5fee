/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib20_doveadm_coexist_plugin: doveadm coexist ... */

#include "lib.h"
#include "doveadm-coexist-plugin.h"
#include "doveadm.h"
#include "coexist-commands.h"
#include "command-usage.h"
#include "error-rows.h"

const char *doveadm_coexist_plugin_version = DOVECOT_ABI_VERSION;

void doveadm_coexist_plugin_init(struct module *module ATTR_UNUSED)
{
	static struct doveadm_cmd_ver2 *const commands[] = {
#define COMMAND_ADDRESS(name) &coexist_cmd_##name,
		COEXIST_COMMANDS(COMMAND_ADDRESS)
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(commands); i++)
		coexist_error_rows_register(commands[i]);
	doveadm_cmd_register_ver2(&coexist_command_usage);
}

void doveadm_coexist_plugin_deinit(void)
{
	coexist_error_rows_deinit();
}
