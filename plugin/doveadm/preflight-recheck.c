/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: may open sessions ask auth again (recheck-query.h), where no gate answers
   them? Dovecot protects the socket auth-userdb: with its default mode 0666 a process
   is told of its own user alone, by the uid that the userdb says
   (auth-master-connection.c, user_verify_restricted_uid()). */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"
#include "admin-user.h"
#include "admin-userdb.h"
#include "coexist-admin.h"
#include "doveconf-block.h"
#include "policy-decision.h"
#include "userdb-fields.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOCKET "auth-userdb"
/* Dovecot's own rule holds for this mode, the kernel's for the others. */
#define MODE_OWN_USER 0666

/* A user whom the userdb lists, whose sessions ask. */
struct asker {
	pool_t pool;
	const char *user;
	uid_t uid;
	gid_t gid;
	/* the userdb says which user that is */
	bool has_uid;
	/* the userdb says what the mailbox may use */
	bool is_held;
};

/* Returns FALSE if there is no such user. */
static bool uid_find(const char *text, uid_t *uid_r, gid_t *gid_r)
{
	const struct passwd *passwd;

	if (str_to_uid(text, uid_r) == 0)
		passwd = getpwuid(*uid_r);
	else if ((passwd = getpwnam(text)) != NULL)
		*uid_r = passwd->pw_uid;
	else
		return FALSE;
	*gid_r = passwd == NULL ? (gid_t)-1 : passwd->pw_gid;
	return TRUE;
}

static void gid_find(const char *text, gid_t *gid)
{
	const struct group *group;

	if (*text == '\0' || str_to_gid(text, gid) == 0)
		return;
	group = getgrnam(text);
	if (group != NULL)
		*gid = group->gr_gid;
}

/* Returns the field of the userdb, or else the setting, or an empty text. */
static const char *
word_find(const char *const *fields, const char *field,
	  const struct coexist_doveconf_block *conf, const char *setting)
{
	const char *word = coexist_userdb_fields_find(fields, field);

	return word != NULL ? word : coexist_doveconf_get(conf, setting, "");
}

static bool are_held(const char *const *fields)
{
	const char *texts[COEXIST_KEY_COUNT];
	enum coexist_key key;

	(void)coexist_userdb_fields_read(pool_datastack_create(), fields,
					 texts);
	for (key = 0; key < COEXIST_KEY_COUNT; key++) {
		if (texts[key] != NULL && coexist_key_decides(key))
			return TRUE;
	}
	return FALSE;
}

static bool user_take(const char *user, void *context)
{
	struct asker *asker = context;

	asker->user = p_strdup(asker->pool, user);
	return FALSE;
}

/* Returns the fields of a user, or NULL if nobody can tell. */
static const char *const *fields_read(struct asker *asker)
{
	const char *const *fields;
	const char *name;

	if (coexist_admin_userdb_list(COEXIST_ADMIN_USERDB_MSECS, user_take,
				      asker) < 0 || asker->user == NULL ||
	    coexist_admin_userdb_lookup(asker->pool, asker->user,
					COEXIST_ADMIN_USERDB_MSECS, &name,
					&fields) <= 0)
		return NULL;
	return fields;
}

/* Returns FALSE if nobody can tell whose sessions would ask. */
static bool
asker_find(struct asker *asker, const struct coexist_doveconf_block *conf)
{
	const char *const *fields = fields_read(asker);

	if (fields == NULL ||
	    !uid_find(word_find(fields, "uid", conf, "mail_uid"),
		      &asker->uid, &asker->gid))
		return FALSE;
	gid_find(word_find(fields, "gid", conf, "mail_gid"), &asker->gid);
	asker->has_uid = coexist_userdb_fields_find(fields, "uid") != NULL;
	asker->is_held = are_held(fields);
	return TRUE;
}

static bool may_open(const struct asker *asker, const struct stat *st)
{
	if (asker->uid == 0)
		return TRUE;
	if (st->st_uid == asker->uid)
		return (st->st_mode & S_IWUSR) != 0;
	if (st->st_gid == asker->gid)
		return (st->st_mode & S_IWGRP) != 0;
	return (st->st_mode & S_IWOTH) != 0;
}

static bool may_ask(const struct asker *asker, const struct stat *st)
{
	return may_open(asker, st) &&
		((st->st_mode & 0777) != MODE_OWN_USER || asker->has_uid ||
		 asker->uid == 0 || st->st_uid == asker->uid ||
		 st->st_gid == asker->gid);
}

static void
print_asker(struct coexist_preflight *preflight, const struct asker *asker,
	    const struct stat *st)
{
	if (may_ask(asker, st)) {
		coexist_preflight_print(preflight, SOCKET,
					COEXIST_PREFLIGHT_OK, "");
		return;
	}
	coexist_preflight_print(preflight, SOCKET, asker->is_held ?
		COEXIST_PREFLIGHT_WARN : COEXIST_PREFLIGHT_NOTE,
		t_strdup_printf("A protocol that the userdb or dovecot.conf "
			"forbids ends no open session, as sessions of uid %s "
			"may not ask. %s: service auth { unix_listener "
			SOCKET" { mode = 0777 } }", dec2str(asker->uid),
			asker->has_uid ? "Let them" :
			"Have the userdb say uid, or let them"));
}

void coexist_preflight_recheck(struct coexist_preflight *preflight,
			       const struct coexist_doveconf_block *conf)
{
	const char *path = t_strconcat(doveadm_settings->base_dir,
				       "/"SOCKET, NULL);
	struct asker asker = { .pool = preflight->admin->pool };
	struct stat st;

	if (stat(path, &st) == 0 &&
	    coexist_admin_userdb_is_there() && asker_find(&asker, conf))
		print_asker(preflight, &asker, &st);
}
