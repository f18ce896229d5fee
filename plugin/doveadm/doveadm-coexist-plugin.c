/* lib20_doveadm_coexist_plugin: doveadm coexist ... */

#include "lib.h"
#include "doveadm-coexist-plugin.h"
#include "doveadm.h"
#include "coexist-commands.h"

const char *doveadm_coexist_plugin_version = DOVECOT_ABI_VERSION;

void doveadm_coexist_plugin_init(struct module *module ATTR_UNUSED)
{
	static struct doveadm_cmd_ver2 *const commands[] = {
		&coexist_cmd_policy_get,
		&coexist_cmd_policy_init,
		&coexist_cmd_policy_set,
		&coexist_cmd_policy_unset,
		&coexist_cmd_policy_list,
		&coexist_cmd_policy_check,
		&coexist_cmd_policy_sign,
		&coexist_cmd_policy_verify,
		&coexist_cmd_policy_keygen,
		&coexist_cmd_explain,
		&coexist_cmd_expire,
		&coexist_cmd_journal,
		&coexist_cmd_preflight,
		&coexist_cmd_quota,
		&coexist_cmd_status,
		&coexist_cmd_undo
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(commands); i++)
		doveadm_cmd_register_ver2(commands[i]);
}

void doveadm_coexist_plugin_deinit(void)
{
}
