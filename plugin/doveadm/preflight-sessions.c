/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: may the auth process ask anvil for the sessions of mailboxes? */

#include "lib.h"
#include "preflight.h"
#include "net.h"
#include "compat-anvil.h"
#include "compat-doveadm.h"
#include "auth-identity.h"
#include "coexist-admin.h"
#include "policy-decision.h"

#include <unistd.h>

static bool anvil_connect(void *context, const char **error_r)
{
	const char *path = context;
	int fd = net_connect_unix(path);

	if (fd == -1) {
		*error_r = t_strdup_printf("connect(%s) failed: %m", path);
		return FALSE;
	}
	i_close_fd(&fd);
	return TRUE;
}

/* Returns TRUE if dovecot.conf has a limit for all. Documents may have some
   for mailboxes. */
static bool site_has_limit(const struct coexist_site_config *config)
{
	enum coexist_protocol protocol;
	struct coexist_value value;
	enum coexist_key key;

	for (protocol = 0; protocol < COEXIST_PROTOCOL_OTHER; protocol++) {
		key = coexist_protocol_max_sessions(protocol);
		if (coexist_value_parse(&coexist_policy_keys[key],
					config->policy_texts[key], &value) ==
		    COEXIST_VALUE_VALID && value.number > 0)
			return TRUE;
	}
	return FALSE;
}

void coexist_preflight_sessions(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf)
{
	const char *user = coexist_auth_identity(conf);
	const char *check = t_strdup_printf("sessions, counted by %s", user);
	char *path = p_strconcat(preflight->admin->pool,
				 doveadm_settings->base_dir,
				 "/"COEXIST_ANVIL_SOCKET, NULL);
	const char *error;

	if (coexist_identity_try(user, anvil_connect, path, &error)) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_OK, "");
		return;
	}
	coexist_preflight_print(preflight, check,
		site_has_limit(&preflight->admin->config) ?
		COEXIST_PREFLIGHT_WARN : COEXIST_PREFLIGHT_NOTE,
		t_strdup_printf("Nobody's *_max_sessions is obeyed without: "
				COEXIST_ANVIL_REMEDY": %s", user, error));
}
