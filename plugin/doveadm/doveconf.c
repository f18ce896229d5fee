/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in doveconf.h. */

#include "lib.h"
#include "doveconf.h"
#include "path-util.h"
#include "master-service.h"
#include "compat-doveadm.h"

#include <glib.h>

/* What a protocol's setting is. */
struct answer {
	const char *protocol, *name;
	/* the value is NULL after an error */
	const char *value, *error;
	struct answer *next;
};

struct coexist_doveconf {
	pool_t pool;
	struct event *event;
	const struct doveadm_cmd_context *cctx;

	/* what differs from the defaults; both are NULL until it was asked */
	const struct coexist_doveconf_block *root;
	const char *root_error;
	struct answer *answers;
};

struct coexist_doveconf *
coexist_doveconf_new(pool_t pool, struct event *event,
		     const struct doveadm_cmd_context *cctx)
{
	struct coexist_doveconf *doveconf =
		p_new(pool, struct coexist_doveconf, 1);

	doveconf->pool = pool;
	doveconf->event = event;
	doveconf->cctx = cctx;
	return doveconf;
}

/* A doveadm that was started by Dovecot knows the configuration by a socket
   only; Dovecot leaves a link to the file. What the file includes is in its own
   folder, where doveconf would not look from the link's. */
static const char *config_path(const struct coexist_doveconf *doveconf)
{
	const char *link, *path, *error;

	if (doveconf->cctx->conn_type == DOVEADM_CONNECTION_TYPE_CLI)
		return master_service_get_config_path(master_service);
	link = t_strconcat(doveadm_settings->base_dir, "/dovecot.conf", NULL);
	return t_realpath(link, &path, &error) == 0 ? path : link;
}

const char *coexist_doveconf_folder(const struct coexist_doveconf *doveconf)
{
	const char *path = config_path(doveconf);
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "." : t_strdup_until(path, slash);
}

/* Returns the output of the program, newly allocated, or NULL and an error. */
static char *run(const char *const *argv, const char **error_r)
{
	/* Without our environment: a doveconf that inherits Dovecot's own
	   variables answers differently. */
	const char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL
	};
	g_autoptr(GError) error = NULL;
	g_autofree char *output = NULL;
	g_autofree char *errors = NULL;
	int status;

	if (!g_spawn_sync(NULL, (char **)argv, (char **)environment,
			  G_SPAWN_DEFAULT, NULL, NULL, &output, &errors,
			  &status, &error)) {
		*error_r = t_strdup(error->message);
		return NULL;
	}
	if (status != 0) {
		*error_r = t_strdup_printf("doveconf -c %s: %s", argv[2],
					   g_strchomp(errors));
		return NULL;
	}
	return g_steal_pointer(&output);
}

static void root_read(struct coexist_doveconf *doveconf)
{
	const char *const argv[] = {
		COEXIST_DOVECONF, "-c", config_path(doveconf), "-n", NULL
	};
	const char *error;
	g_autofree char *output = run(argv, &error);

	e_debug(doveconf->event, "coexist: doveconf -n was run");
	if (output == NULL)
		doveconf->root_error = p_strdup(doveconf->pool, error);
	else
		doveconf->root = coexist_doveconf_parse(doveconf->pool, output);
}

int coexist_doveconf_read(struct coexist_doveconf *doveconf,
			  const struct coexist_doveconf_block **root_r,
			  const char **error_r)
{
	if (doveconf->root == NULL && doveconf->root_error == NULL)
		root_read(doveconf);
	if (doveconf->root == NULL) {
		*error_r = doveconf->root_error;
		return -1;
	}
	*root_r = doveconf->root;
	return 0;
}

static void ask(const struct coexist_doveconf *doveconf, struct answer *answer)
{
	const char *const argv[] = {
		COEXIST_DOVECONF, "-c", config_path(doveconf), "-f",
		t_strconcat("protocol=", answer->protocol, NULL), "-h",
		answer->name, NULL
	};
	const char *error;
	g_autofree char *output = run(argv, &error);

	if (output == NULL) {
		answer->error = p_strdup(doveconf->pool, error);
		return;
	}
	answer->value = p_strdup(doveconf->pool, g_strstrip(output));
	e_debug(doveconf->event, "coexist: doveconf of protocol %s: %s = %s",
		answer->protocol, answer->name, answer->value);
}

/* Returns the answer that is known, or asks for it. */
static const struct answer *
answer_get(struct coexist_doveconf *doveconf, const char *protocol,
	   const char *name)
{
	pool_t pool = doveconf->pool;
	struct answer *answer;

	for (answer = doveconf->answers; answer != NULL; answer = answer->next) {
		if (strcmp(answer->protocol, protocol) == 0 &&
		    strcmp(answer->name, name) == 0)
			return answer;
	}
	answer = p_new(pool, struct answer, 1);
	answer->protocol = p_strdup(pool, protocol);
	answer->name = p_strdup(pool, name);
	ask(doveconf, answer);
	answer->next = doveconf->answers;
	doveconf->answers = answer;
	return answer;
}

int coexist_doveconf_read_setting(struct coexist_doveconf *doveconf,
				  const char *protocol, const char *name,
				  const char **value_r, const char **error_r)
{
	const struct answer *answer = answer_get(doveconf, protocol, name);

	if (answer->value == NULL) {
		*error_r = answer->error;
		return -1;
	}
	*value_r = answer->value;
	return 0;
}
