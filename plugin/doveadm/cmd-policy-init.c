/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy init: put the marker into a store that is empty on
   purpose. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "coexist-admin.h"
#include "admin-change.h"

static void cmd_policy_init(struct doveadm_cmd_context *cctx)
{
	coexist_admin_run(cctx, coexist_admin_mark_store);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_init = {
	.name = "coexist policy init",
	.cmd = cmd_policy_init,
	.usage = "[--reason TEXT]",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_PARAM('r', "reason", CMD_PARAM_STR, 0),
		COEXIST_PARAMS_END
	}
};
