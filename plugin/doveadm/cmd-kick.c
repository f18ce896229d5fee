/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist kick: ends open sessions, by their protocol. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "lib-event.h"
#include "admin-tell.h"
#include "coexist-admin.h"

static int
protocol_read(const struct coexist_admin *admin, enum coexist_protocol *protocol_r)
{
	const char *name = coexist_admin_text(admin->cctx, "protocol");

	*protocol_r = coexist_protocol_find(name);
	if (name == NULL || *protocol_r != COEXIST_PROTOCOL_OTHER)
		return 0;
	coexist_admin_fail(admin, EX_USAGE, "--protocol %s: Expected one of: "
			   "imap pop3 submission sieve", name);
	return -1;
}

/* Anvil has the names of users as auth normalises them. Who is not in the userdb any
   more may have sessions. */
static const char *user_read(struct coexist_admin *admin)
{
	const char *user = coexist_admin_text(admin->cctx, "user");

	if (user == NULL)
		return NULL;
	user = coexist_admin_user_normalise(admin, user);
	if (admin->userdb_failed) {
		e_warning(admin->event, "Can't look up user %s: the name is "
			  "taken as it is", user);
	}
	return user;
}

/* In lower case, by default. */
static const char *domain_read(const struct coexist_admin *admin)
{
	const char *domain = coexist_admin_text(admin->cctx, "domain");

	return domain == NULL ? NULL : str_lcase(p_strdup(admin->pool, domain));
}

static void sessions_kick(struct coexist_admin *admin)
{
	struct coexist_admin_kick kick = {
		.user = user_read(admin),
		.domain = domain_read(admin),
		.if_refused = coexist_admin_flag(admin->cctx, "if-refused")
	};
	bool all = coexist_admin_flag(admin->cctx, "all");

	if ((kick.user != NULL ? 1 : 0) + (kick.domain != NULL ? 1 : 0) +
	    (all ? 1 : 0) != 1) {
		coexist_admin_fail(admin, EX_USAGE, "Whose sessions? Expected "
				   "one of: USER, -d DOMAIN, --all");
		return;
	}
	if (protocol_read(admin, &kick.protocol) == 0)
		coexist_admin_kick_sessions(admin, &kick);
}

static void cmd_kick(struct doveadm_cmd_context *cctx)
{
	struct coexist_admin admin;
	const char *error;

	coexist_admin_begin(cctx, &admin);
	/* what ends by no policy needs no store */
	if (coexist_admin_read_config(&admin, &error) < 0 ||
	    (coexist_admin_open_store(&admin, &error) <= 0 &&
	     coexist_admin_flag(cctx, "if-refused")))
		coexist_admin_fail(&admin, EX_CONFIG, "%s", error);
	else
		sessions_kick(&admin);
	coexist_admin_deinit(&admin);
}

struct doveadm_cmd_ver2 coexist_cmd_kick = {
	.name = "coexist kick",
	.cmd = cmd_kick,
	.usage = "USER | -d DOMAIN | --all [--protocol PROTOCOL] "
		"[--if-refused] "COEXIST_ADMIN_TELL_USAGE,
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_PARAM('d', "domain", CMD_PARAM_STR, 0),
		COEXIST_PARAM('a', "all", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('p', "protocol", CMD_PARAM_STR, 0),
		COEXIST_PARAM('\0', "if-refused", CMD_PARAM_BOOL, 0),
		COEXIST_ADMIN_TELL_PARAMS,
		COEXIST_PARAM('\0', "user", CMD_PARAM_STR,
			      CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
