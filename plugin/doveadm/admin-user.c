/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-user.h. */

#include "lib.h"
#include "admin-user.h"
#include "coexist-admin.h"
#include "compat-doveadm.h"
#include "userdb-fields.h"

static int
user_lookup(struct coexist_admin *admin, const char *name,
	    struct coexist_admin_user *user)
{
	struct auth_master_connection *conn;
	struct auth_user_info info;
	const char *const *fields;
	int ret;

	i_zero(&info);
	coexist_auth_user_info_set_protocol(&info, "doveadm");
	conn = auth_master_init(doveadm_settings->auth_socket_path, 0);
	ret = auth_master_user_lookup(conn, name, &info, admin->pool,
				      &user->name, &fields);
	auth_master_deinit(&conn);
	if (ret > 0) {
		(void)coexist_userdb_fields_read(admin->pool, fields,
						 user->userdb_texts);
		e_debug(admin->event, "coexist: The userdb knows %s as %s",
			name, user->name);
	}
	return ret;
}

int coexist_admin_user_find(struct coexist_admin *admin, const char *name,
			    struct coexist_admin_user *user_r)
{
	int ret;

	i_zero(user_r);
	ret = user_lookup(admin, name, user_r);
	if (ret > 0)
		return 0;
	if (coexist_admin_flag(admin->cctx, "force")) {
		user_r->name = p_strdup(admin->pool, name);
		return 0;
	}
	if (ret == 0) {
		coexist_admin_fail(admin, EX_NOUSER, "User %s doesn't exist "
				   "(--force takes the name as it is)", name);
	} else {
		coexist_admin_fail(admin, EX_TEMPFAIL, "Can't look up user %s "
				   "(--force takes the name as it is)", name);
	}
	return -1;
}
