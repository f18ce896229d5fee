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

static struct coexist_doveconf_block *
block_add(pool_t pool, struct coexist_doveconf_block *parent, const char *head)
{
	struct coexist_doveconf_block *block, **last;
	const char *space = strchr(head, ' ');

	block = p_new(pool, struct coexist_doveconf_block, 1);
	block->type = p_strdup_until(pool, head, space == NULL ?
				     head + strlen(head) : space);
	block->name = p_strdup(pool, space == NULL ? "" : space + 1);
	block->parent = parent;
	for (last = &parent->children; *last != NULL; last = &(*last)->next) ;
	*last = block;
	return block;
}

static void
setting_add(pool_t pool, struct coexist_doveconf_block *block,
	    const char *name, const char *value)
{
	struct coexist_doveconf_setting *setting;

	setting = p_new(pool, struct coexist_doveconf_setting, 1);
	setting->name = p_strdup(pool, name);
	setting->value = p_strdup(pool, value);
	setting->next = block->settings;
	block->settings = setting;
}

/* Returns the block that the next line belongs to. */
static struct coexist_doveconf_block *
line_read(pool_t pool, struct coexist_doveconf_block *block, char *line)
{
	char *value;

	line = g_strstrip(line);
	if (*line == '#' || *line == '\0')
		return block;
	if (strcmp(line, "}") == 0)
		return block->parent != NULL ? block->parent : block;
	if (g_str_has_suffix(line, "{")) {
		line[strlen(line) - 1] = '\0';
		return block_add(pool, block, g_strstrip(line));
	}
	value = strchr(line, '=');
	if (value != NULL) {
		*value++ = '\0';
		setting_add(pool, block, g_strstrip(line), g_strstrip(value));
	}
	return block;
}

int coexist_doveconf_read(const struct coexist_admin *admin,
			  struct coexist_doveconf_block **root_r,
			  const char **error_r)
{
	const char *const options[] = { "-n", NULL };
	g_autofree char *output = run(admin, options, error_r);
	g_auto(GStrv) lines = NULL;
	struct coexist_doveconf_block *block;
	unsigned int i;

	if (output == NULL)
		return -1;
	*root_r = p_new(admin->pool, struct coexist_doveconf_block, 1);
	block = *root_r;
	lines = g_strsplit(output, "\n", -1);
	for (i = 0; lines[i] != NULL; i++)
		block = line_read(admin->pool, block, lines[i]);
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

const char *
coexist_doveconf_get(const struct coexist_doveconf_block *block,
		     const char *name, const char *default_value)
{
	const struct coexist_doveconf_setting *setting = block->settings;

	for (; setting != NULL; setting = setting->next) {
		if (strcmp(setting->name, name) == 0)
			return setting->value;
	}
	return default_value;
}

const struct coexist_doveconf_block *
coexist_doveconf_find(const struct coexist_doveconf_block *block,
		      const char *type)
{
	while (block != NULL && strcmp(block->type, type) != 0)
		block = block->next;
	return block;
}
