/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-user.h. */

#include "lib.h"
#include "admin-user.h"
#include "admin-userdb.h"
#include "coexist-admin.h"
#include "compat-doveadm.h"
#include "userdb-fields.h"

/* A name that no user has (RFC 2606). */
#define NOBODY "coexist-nobody@invalid"

static int
user_lookup(const struct coexist_admin *admin, pool_t pool, const char *name,
	    unsigned int msecs, struct coexist_admin_user *user)
{
	const char *const *fields;
	int ret = coexist_admin_userdb_lookup(pool, name, msecs, &user->name, &fields);

	if (ret > 0) {
		(void)coexist_userdb_fields_read(pool, fields,
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
	ret = user_lookup(admin, admin->pool, name, 0, user_r);
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

int coexist_admin_user_look(const struct coexist_admin *admin, pool_t pool,
			    const char *name,
			    struct coexist_admin_user *user_r)
{
	int ret;

	i_zero(user_r);
	ret = user_lookup(admin, pool, name, 0, user_r);
	if (ret < 0) {
		coexist_admin_fail(admin, EX_TEMPFAIL, "Can't look up user %s",
				   name);
	}
	return ret;
}

/* The same for a command that goes on without an answer. */
static int
user_try(struct coexist_admin *admin, pool_t pool, const char *name,
	 struct coexist_admin_user *user_r)
{
	int ret;

	i_zero(user_r);
	if (admin->userdb_failed)
		return -1;
	ret = user_lookup(admin, pool, name, COEXIST_ADMIN_USERDB_MSECS,
			  user_r);
	admin->userdb_failed = ret < 0;
	return ret;
}

int coexist_admin_user_read_texts(struct coexist_admin *admin,
				  pool_t pool, const char *name,
				  const char *texts_r[COEXIST_KEY_COUNT])
{
	struct coexist_admin_user user;
	int ret = user_try(admin, pool, name, &user);

	memcpy(texts_r, user.userdb_texts, sizeof(user.userdb_texts));
	return ret < 0 ? -1 : 0;
}

const char *coexist_admin_user_normalise(struct coexist_admin *admin,
					 const char *name)
{
	struct coexist_admin_user user;

	return user_try(admin, admin->pool, name, &user) > 0 ?
		user.name : name;
}

int coexist_admin_user_is_unknown(const struct coexist_admin *admin,
				  const char *name)
{
	pool_t pool = pool_alloconly_create("coexist user", 1024);
	const char *const *fields;
	const char *found;
	int ret = coexist_admin_userdb_lookup(pool, name, 0, &found, &fields);

	if (ret < 0) {
		coexist_admin_fail(admin, EX_TEMPFAIL, "Can't look up user %s",
				   name);
	}
	pool_unref(&pool);
	return ret < 0 ? -1 : ret == 0 ? 1 : 0;
}

bool coexist_admin_userdb_is_away(const struct coexist_admin *admin)
{
	pool_t pool = pool_alloconly_create("coexist nobody", 1024);
	const char *const *fields;
	const char *found;
	int ret = coexist_admin_userdb_lookup(pool, NOBODY, COEXIST_ADMIN_USERDB_MSECS,
				&found, &fields);

	e_debug(admin->event, "coexist: The userdb %s", ret < 0 ?
		"is away" : "answers");
	pool_unref(&pool);
	return ret < 0;
}
