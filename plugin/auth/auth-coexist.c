/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libauthdb_coexist: the passdb and userdb drivers "coexist". */

#include "lib.h"
#include "auth-coexist.h"
#include "compat-auth.h"
#include "gate-block.h"

const char *authdb_coexist_version = DOVECOT_ABI_VERSION;

void authdb_coexist_init(struct module *module ATTR_UNUSED)
{
	passdb_register_module(&coexist_passdb_interface);
	userdb_register_module(&coexist_userdb_interface);
}

void authdb_coexist_deinit(void)
{
	userdb_unregister_module(&coexist_userdb_interface);
	passdb_unregister_module(&coexist_passdb_interface);
	coexist_gate_blocks_free();
}
