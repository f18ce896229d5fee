/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist preflight: a self-test of how the installation is wired. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "lib-event.h"
#include "compat-doveadm.h"
#include "admin-print.h"
#include "auth-identity.h"
#include "coexist-admin.h"
#include "doveconf.h"
#include "preflight.h"

/* Reads the configuration. Returns NULL after a finding was printed. */
static const struct coexist_doveconf_block *
conf_read(struct coexist_preflight *preflight)
{
	const struct coexist_doveconf_block *conf;
	const char *error;

	if (coexist_doveconf_read(preflight->admin->doveconf, &conf, &error) < 0) {
		coexist_preflight_print(preflight, "dovecot.conf",
					COEXIST_PREFLIGHT_FAIL, error);
		return NULL;
	}
	e_debug(preflight->admin->event, "coexist: The auth process runs as "
		"%s, by default_internal_user or service auth { user }",
		coexist_auth_identity(conf));
	return conf;
}

/* Returns TRUE if the site wants a gate: it has one, or what only a gate needs.
   site_error is that of the site's settings, or NULL. */
static bool
gate_is_wanted(struct coexist_preflight *preflight,
	       const struct coexist_doveconf_block *conf,
	       const char *site_error)
{
	if (conf == NULL || coexist_preflight_has_gate(conf))
		return TRUE;
	if (preflight->is_off)
		return FALSE;
	return site_error != NULL ? coexist_doveadm_has_config() :
		coexist_preflight_has_documents(preflight);
}

/* conf may be NULL. */
static void
preflight_gate(struct coexist_preflight *preflight,
	       const struct coexist_doveconf_block *conf,
	       const char *site_error)
{
	if (conf != NULL) {
		coexist_preflight_auth(preflight, conf);
		if (coexist_preflight_has_gate(conf)) {
			coexist_preflight_gate(preflight);
			coexist_preflight_queries(preflight, conf);
		}
	}
	if (site_error != NULL) {
		coexist_preflight_print(preflight, "site settings",
					COEXIST_PREFLIGHT_FAIL, site_error);
		return;
	}
	coexist_preflight_print(preflight, "site settings",
				COEXIST_PREFLIGHT_OK, "");
	coexist_preflight_site(preflight);
	coexist_preflight_store(preflight, conf);
	coexist_preflight_keys(preflight, conf);
	if (conf != NULL) {
		coexist_preflight_bypasses(preflight, conf);
		coexist_preflight_names(preflight, conf);
		coexist_preflight_sessions(preflight, conf);
	}
}

static void preflight_config(struct coexist_preflight *preflight)
{
	const struct coexist_doveconf_block *conf = conf_read(preflight);
	const char *site_error = NULL;
	bool wants_gate;

	(void)coexist_admin_read_config(preflight->admin, &site_error);
	wants_gate = gate_is_wanted(preflight, conf, site_error);
	if (!wants_gate && !coexist_preflight_has_plugin(conf)) {
		coexist_preflight_no_plugin(preflight);
		return;
	}
	if (conf != NULL) {
		coexist_preflight_plugins(preflight, conf);
		coexist_preflight_namespaces(preflight, conf);
	}
	if (wants_gate)
		preflight_gate(preflight, conf, site_error);
	else {
		coexist_preflight_no_gate(preflight);
		if (conf != NULL)
			coexist_preflight_recheck(preflight, conf);
	}
	if (conf != NULL) {
		coexist_preflight_settings(preflight, conf);
		coexist_preflight_folders(preflight, conf);
		coexist_preflight_sent(preflight, conf);
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
	coexist_preflight_switch(&preflight);
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
