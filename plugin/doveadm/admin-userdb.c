/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-userdb.h. */

#include "lib.h"
#include "admin-userdb.h"
#include "compat-doveadm.h"
#include "net.h"

#include <unistd.h>

bool coexist_admin_userdb_is_there(void)
{
	int fd = net_connect_unix(doveadm_settings->auth_socket_path);

	if (fd == -1)
		return FALSE;
	i_close_fd(&fd);
	return TRUE;
}

static struct auth_master_connection *
connect_to_auth(unsigned int msecs, struct auth_user_info *info_r)
{
	struct auth_master_connection *conn =
		auth_master_init(doveadm_settings->auth_socket_path, 0);

	if (msecs > 0)
		auth_master_set_timeout(conn, msecs);
	i_zero(info_r);
	coexist_auth_user_info_set_protocol(info_r, "doveadm");
	return conn;
}

int coexist_admin_userdb_lookup(pool_t pool, const char *name,
				unsigned int msecs, const char **name_r,
				const char *const **fields_r)
{
	struct auth_master_connection *conn;
	struct auth_user_info info;
	int ret;

	conn = connect_to_auth(msecs, &info);
	ret = auth_master_user_lookup(conn, name, &info, pool, name_r,
				      fields_r);
	auth_master_deinit(&conn);
	return ret < 0 ? -1 : ret;
}

static void
error_ignore(const struct failure_context *ctx ATTR_UNUSED,
	     const char *format ATTR_UNUSED, va_list args ATTR_UNUSED)
{
}

static int
users_list(unsigned int msecs, coexist_admin_userdb_list_t *callback,
	   void *context)
{
	struct auth_master_connection *conn;
	struct auth_master_user_list_ctx *list;
	struct auth_user_info info;
	const char *user;
	bool goes_on = TRUE;
	int ret;

	conn = connect_to_auth(msecs, &info);
	list = auth_master_user_list_init(conn, "*", &info);
	while (goes_on && (user = auth_master_user_list_next(list)) != NULL) {
		T_BEGIN {
			goes_on = callback(user, context);
		} T_END;
	}
	ret = auth_master_user_list_deinit(&list);
	auth_master_deinit(&conn);
	return goes_on ? ret : 0;
}

int coexist_admin_userdb_list(unsigned int msecs,
			      coexist_admin_userdb_list_t *callback,
			      void *context)
{
	failure_callback_t *fatal, *error, *info, *debug;
	int ret;

	/* Dovecot 2.3.19 ends by a panic where it can't connect for a list */
	if (!coexist_admin_userdb_is_there())
		return -1;
	i_get_failure_handlers(&fatal, &error, &info, &debug);
	i_set_error_handler(error_ignore);
	ret = users_list(msecs, callback, context);
	i_set_error_handler(error);
	return ret;
}
