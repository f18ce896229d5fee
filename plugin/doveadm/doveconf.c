/* See the contract in doveconf.h. */

#include "lib.h"
#include "doveconf.h"
#include "master-service.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"

#include <glib.h>

/* A doveadm that was started by Dovecot knows the configuration by a socket
   only; Dovecot leaves a link to the file. */
static const char *config_path(const struct coexist_admin *admin)
{
	if (admin->cctx->conn_type == DOVEADM_CONNECTION_TYPE_CLI)
		return master_service_get_config_path(master_service);
	return t_strconcat(doveadm_settings->base_dir, "/dovecot.conf", NULL);
}

/* Returns the output, newly allocated, or NULL and an error. */
static char *
run(const struct coexist_admin *admin, const char *const *options,
    const char **error_r)
{
	/* Without our environment: a doveconf that inherits Dovecot's own
	   variables answers differently. */
	const char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL
	};
	const char *argv[8] = { COEXIST_DOVECONF, "-c", config_path(admin) };
	unsigned int argc = 3;
	g_autoptr(GError) error = NULL;
	g_autofree char *output = NULL;
	g_autofree char *errors = NULL;
	int status;

	for (; *options != NULL; options++) {
		i_assert(argc < N_ELEMENTS(argv) - 1);
		argv[argc++] = *options;
	}
	if (!g_spawn_sync(NULL, (char **)argv, (char **)environment,
			  G_SPAWN_DEFAULT, NULL, NULL, &output, &errors,
			  &status, &error)) {
		*error_r = t_strdup(error->message);
		return NULL;
	}
	if (status != 0) {
		*error_r = t_strdup_printf("doveconf -c %s: %s",
					   config_path(admin),
					   g_strchomp(errors));
		return NULL;
	}
	return g_steal_pointer(&output);
}

int coexist_doveconf_read(const struct coexist_admin *admin,
			  struct coexist_doveconf_block **root_r,
			  const char **error_r)
{
	const char *const options[] = { "-n", NULL };
	g_autofree char *output = run(admin, options, error_r);

	if (output == NULL)
		return -1;
	*root_r = coexist_doveconf_parse(admin->pool, output);
	return 0;
}

int coexist_doveconf_read_setting(const struct coexist_admin *admin,
				  const char *protocol, const char *name,
				  const char **value_r, const char **error_r)
{
	const char *const options[] = {
		"-f", t_strconcat("protocol=", protocol, NULL),
		"-h", name, NULL
	};
	g_autofree char *output = run(admin, options, error_r);

	if (output == NULL)
		return -1;
	*value_r = p_strdup(admin->pool, g_strstrip(output));
	return 0;
}
