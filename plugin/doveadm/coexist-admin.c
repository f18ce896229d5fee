/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in coexist-admin.h. */

#include "lib.h"
#include "coexist-admin.h"
#include "array.h"
#include "net.h"
#include "compat-doveadm.h"
#include "doveconf.h"
#include "policy-store.h"

#include <pwd.h>
#include <unistd.h>

void coexist_admin_begin(const struct doveadm_cmd_context *cctx,
			 struct coexist_admin *admin_r)
{
	i_zero(admin_r);
	admin_r->cctx = cctx;
	admin_r->event = coexist_doveadm_event_create(cctx);
	/* doveadm -D forces the events of mail users only */
	event_set_forced_debug(admin_r->event, doveadm_debug);
	admin_r->pool = pool_alloconly_create("coexist admin", 2048);
	admin_r->doveconf = coexist_doveconf_new(admin_r->pool, admin_r->event,
						 cctx);
	admin_r->said = g_hash_table_new(g_str_hash, g_str_equal);
}

int coexist_admin_read_config(struct coexist_admin *admin, const char **error_r)
{
	const char *error;

	if (coexist_site_config_read(admin->pool, admin->event,
				     coexist_doveadm_config_path(),
				     &admin->config, &error) == 0) {
		coexist_site_config_warn(&admin->config, admin->event);
		return 0;
	}
	*error_r = t_strconcat(error, ". "COEXIST_REMEDY_SITE, NULL);
	return -1;
}

int coexist_admin_open_store(struct coexist_admin *admin, const char **error_r)
{
	const char *error;
	int ret = coexist_store_open(&admin->config, admin->event,
				     &admin->store, &error);

	if (ret == 0) {
		*error_r = t_strdup_printf("No store is configured. Add, for "
					   "example, "COEXIST_REMEDY_STORE
					   ": %s", error);
	} else if (ret < 0)
		*error_r = error;
	return ret;
}

void coexist_admin_deinit(struct coexist_admin *admin)
{
	coexist_store_close(&admin->store);
	g_hash_table_unref(admin->said);
	pool_unref(&admin->pool);
	event_unref(&admin->event);
}

void coexist_admin_fail(const struct coexist_admin *admin, int exit_code,
			const char *format, ...)
{
	va_list args;

	va_start(args, format);
	T_BEGIN {
		e_error(admin->event, "%s",
			t_strdup_vprintf(format, args));
	} T_END;
	va_end(args);
	doveadm_exit_code = exit_code;
}

void coexist_admin_warn_once(const struct coexist_admin *admin,
			     const char *text)
{
	if (g_hash_table_contains(admin->said, text))
		return;
	g_hash_table_add(admin->said, p_strdup(admin->pool, text));
	e_warning(admin->event, "%s", text);
}

void coexist_admin_run(const struct doveadm_cmd_context *cctx,
		       coexist_admin_run_t *run)
{
	struct coexist_admin admin;
	const char *error;

	coexist_admin_begin(cctx, &admin);
	if (coexist_admin_read_config(&admin, &error) < 0 ||
	    coexist_admin_open_store(&admin, &error) <= 0)
		coexist_admin_fail(&admin, EX_CONFIG, "%s", error);
	else
		run(&admin);
	coexist_admin_deinit(&admin);
}

bool coexist_admin_flag(const struct doveadm_cmd_context *cctx,
			const char *name)
{
	bool value;

	return doveadm_cmd_param_bool(cctx, name, &value) && value;
}

const char *coexist_admin_text(const struct doveadm_cmd_context *cctx,
			       const char *name)
{
	const char *text;

	return doveadm_cmd_param_str(cctx, name, &text) ? text : NULL;
}

const char *const *
coexist_admin_arguments(const struct doveadm_cmd_context *cctx,
			const char *name)
{
	const char *const *arguments;

	if (!doveadm_cmd_param_array(cctx, name, &arguments))
		return t_new(const char *, 1);
	return arguments;
}

bool coexist_admin_is_http(const struct doveadm_cmd_context *cctx)
{
	return cctx->conn_type == DOVEADM_CONNECTION_TYPE_HTTP;
}

const char *coexist_admin_who(const struct doveadm_cmd_context *cctx)
{
	const char *sudo_user = getenv("SUDO_USER");
	const struct passwd *passwd;

	if (cctx->conn_type != DOVEADM_CONNECTION_TYPE_CLI) {
		return t_strdup_printf("%s %s",
				       coexist_admin_is_http(cctx) ?
				       "http" : "tcp",
				       net_ip2addr(&cctx->remote_ip));
	}
	if (sudo_user != NULL && *sudo_user != '\0')
		return sudo_user;
	passwd = getpwuid(getuid());
	return passwd != NULL ? t_strdup(passwd->pw_name) :
		t_strdup_printf("uid %ld", (long)getuid());
}
