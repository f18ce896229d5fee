/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist preflight: a self-test of how the installation is wired. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "lib-event.h"
#include "admin-print.h"
#include "auth-identity.h"
#include "coexist-admin.h"
#include "doveconf.h"
#include "preflight.h"

static void preflight_config(struct coexist_preflight *preflight)
{
	struct coexist_doveconf_block *conf = NULL;
	const char *error;

	if (coexist_doveconf_read(preflight->doveconf, &conf, &error) < 0) {
		coexist_preflight_print(preflight, "dovecot.conf",
					COEXIST_PREFLIGHT_FAIL, error);
	} else {
		e_debug(preflight->admin->event, "coexist: The auth process "
			"runs as %s, by default_internal_user or "
			"service auth { user }", coexist_auth_identity(conf));
		coexist_preflight_auth(preflight, conf);
		coexist_preflight_plugins(preflight);
		coexist_preflight_namespaces(preflight, conf);
	}
	if (coexist_admin_read_config(preflight->admin, &error) < 0) {
		coexist_preflight_print(preflight, "site settings",
					COEXIST_PREFLIGHT_FAIL, error);
		return;
	}
	coexist_preflight_print(preflight, "site settings",
				COEXIST_PREFLIGHT_OK, "");
	coexist_preflight_store(preflight, conf);
	coexist_preflight_keys(preflight, conf);
	if (conf != NULL) {
		coexist_preflight_bypasses(preflight, conf);
		coexist_preflight_names(preflight, conf);
		coexist_preflight_sessions(preflight, conf);
	}
}

static void cmd_preflight(struct doveadm_cmd_context *cctx)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("check"),
		COEXIST_TEXT_COLUMN("status"),
		COEXIST_TEXT_COLUMN("remedy")
	};
	struct coexist_admin admin;
	struct coexist_preflight preflight = { .admin = &admin };

	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	COEXIST_PRINT_COLUMNS(columns);
	coexist_admin_begin(cctx, &admin);
	preflight.doveconf = coexist_doveconf_new(&admin);
	coexist_preflight_modules(&preflight);
	preflight_config(&preflight);
	/* With an exit code, the HTTP API would drop the rows. */
	if (preflight.worst == COEXIST_PREFLIGHT_FAIL &&
	    !coexist_admin_is_http(cctx))
		doveadm_exit_code = EX_CONFIG;
	coexist_admin_deinit(&admin);
}

struct doveadm_cmd_ver2 coexist_cmd_preflight = {
	.name = "coexist preflight",
	.cmd = cmd_preflight,
	.usage = "",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_PARAMS_END
	}
};
