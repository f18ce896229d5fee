/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist policy keygen: a new key to sign policies with. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "write-full.h"
#include "admin-print.h"
#include "coexist-admin.h"
#include "admin-signature.h"

#include <fcntl.h>
#include <unistd.h>

/* Never over another key: it may be the only copy. */
static int
secret_write(const struct coexist_admin *admin, const char *path,
	     const char *secret)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	int ret;

	if (fd == -1) {
		coexist_admin_fail(admin, EX_CANTCREAT,
				   "Can't create %s: %m", path);
		return -1;
	}
	ret = write_full(fd, secret, strlen(secret));
	if (ret == 0)
		ret = fdatasync(fd);
	if (ret < 0) {
		coexist_admin_fail(admin, EX_IOERR, "Can't write %s: %m", path);
		i_unlink(path);
	}
	i_close_fd(&fd);
	return ret;
}

static void keygen(const struct coexist_admin *admin, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(coexist_signing_key) key =
		coexist_signing_key_generate(&error);
	char *secret = key == NULL ? NULL :
		coexist_signing_key_to_pem(key, &error);

	if (secret == NULL) {
		coexist_admin_fail(admin, EX_SOFTWARE, "%s", error->message);
	} else if (secret_write(admin, path, secret) == 0) {
		doveadm_print(coexist_signing_key_get_id(key));
		doveadm_print(coexist_signing_key_get_public(key));
	}
	coexist_secret_free(secret);
}

static void cmd_policy_keygen(struct doveadm_cmd_context *cctx)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("id"),
		COEXIST_TEXT_COLUMN("public")
	};
	const char *path = coexist_admin_text(cctx, "file");
	struct coexist_admin admin;

	doveadm_print_init(DOVEADM_PRINT_TYPE_TAB);
	COEXIST_PRINT_COLUMNS(columns);
	coexist_admin_begin(cctx, &admin);
	if (path == NULL)
		coexist_admin_fail(&admin, EX_USAGE, "Expected a FILE");
	else
		keygen(&admin, path);
	coexist_admin_deinit(&admin);
}

struct doveadm_cmd_ver2 coexist_cmd_policy_keygen = {
	.name = "coexist policy keygen",
	.cmd = cmd_policy_keygen,
	.usage = "FILE",
	.parameters = (const struct doveadm_cmd_param[]) {
		COEXIST_PARAM('\0', "file", CMD_PARAM_STR,
			      CMD_PARAM_FLAG_POSITIONAL),
		COEXIST_PARAMS_END
	}
};
