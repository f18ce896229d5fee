/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: the chains of passdbs and userdbs. The gate decides about every
   login only if each passdb that verifies passwords comes before it and goes
   on to it. */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"
#include "doveconf-block.h"

#define DRIVER "coexist"

/* Dovecot 2.4 takes the name of the block as the driver, if it names none. */
static const char *driver_of(const struct coexist_doveconf_block *db)
{
	return coexist_doveconf_get(db, "driver", db->name);
}

static bool is_ours(const struct coexist_doveconf_block *db)
{
	return strcmp(driver_of(db), DRIVER) == 0;
}

/* Returns what the administrator knows it by, e.g. "passdb pam". */
static const char *label_of(const struct coexist_doveconf_block *db)
{
	return t_strdup_printf("%s %s", db->type,
			       *db->name != '\0' ? db->name : driver_of(db));
}

static bool
is_set(const struct coexist_doveconf_block *db, const char *setting)
{
	return strcmp(coexist_doveconf_get(db, setting, "no"), "yes") == 0;
}

/* Returns TRUE if the passdb lets in nobody, or master users only. */
static bool is_harmless(const struct coexist_doveconf_block *db)
{
	return is_set(db, "master") || is_set(db, "deny");
}

/* Returns TRUE if the chain goes on after success, as a success. */
static bool goes_on(const struct coexist_doveconf_block *db)
{
	const char *result =
		coexist_doveconf_get(db, "result_success", "return-ok");

	return strcmp(result, "continue-ok") == 0 ||
		strcmp(result, "continue") == 0;
}

static const struct coexist_doveconf_block *
find_ours(const struct coexist_doveconf_block *conf, const char *type)
{
	const struct coexist_doveconf_block *db;

	COEXIST_DOVECONF_FOREACH(db, conf, type) {
		if (is_ours(db))
			return db;
	}
	return NULL;
}

static void
check_before(struct coexist_preflight *preflight,
	     const struct coexist_doveconf_block *db)
{
	bool passes = goes_on(db);

	coexist_preflight_print(preflight, label_of(db), passes ?
		COEXIST_PREFLIGHT_OK : COEXIST_PREFLIGHT_FAIL, passes ? "" :
		"Add to it: result_success = continue-ok");
}

static void
check_behind(struct coexist_preflight *preflight,
	     const struct coexist_doveconf_block *db)
{
	coexist_preflight_print(preflight, label_of(db), COEXIST_PREFLIGHT_FAIL,
		t_strdup_printf("Move it before the %s coexist, and add to "
				"it: result_success = continue-ok", db->type));
}

/* Checks the others in the chain. Returns how many there are before ours. */
static unsigned int
check_others(struct coexist_preflight *preflight,
	     const struct coexist_doveconf_block *conf,
	     const struct coexist_doveconf_block *ours)
{
	const struct coexist_doveconf_block *db;
	unsigned int before = 0;
	bool behind = FALSE;

	COEXIST_DOVECONF_FOREACH(db, conf, ours->type) {
		if (db == ours)
			behind = TRUE;
		else if (is_harmless(db) || is_ours(db))
			continue;
		else if (behind)
			check_behind(preflight, db);
		else {
			check_before(preflight, db);
			before++;
		}
	}
	return before;
}

static void
check_ours(struct coexist_preflight *preflight,
	   const struct coexist_doveconf_block *ours, unsigned int before)
{
	const char *check = t_strconcat(ours->type, " coexist", NULL);

	if (before == 0) {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_FAIL, t_strdup_printf(
			"Put it behind the %s that knows the users",
			ours->type));
	} else if (strcmp(ours->type, "passdb") == 0 &&
		   strcmp(coexist_doveconf_get(ours, "skip", "never"),
			  "unauthenticated") != 0) {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_WARN,
			"Add to it: skip = unauthenticated");
	} else {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_OK, "");
	}
}

/* On Dovecot 2.3, both have to read the same file. */
static void
check_config_file(struct coexist_preflight *preflight,
		  const struct coexist_doveconf_block *ours)
{
	const char *path = coexist_doveadm_config_path();
	const char *args = coexist_doveconf_get(ours, "args", "");

	if (*path == '\0' || strcmp(path, args) == 0)
		return;
	coexist_preflight_print(preflight,
		t_strconcat(ours->type, " coexist args", NULL),
		COEXIST_PREFLIGHT_FAIL,
		t_strdup_printf("It reads %s, doveadm reads %s: name the same "
				"file by args = and by "
				"plugin { coexist_config = }",
				*args == '\0' ? "no file" : args, path));
}

static void
check_chain(struct coexist_preflight *preflight,
	    const struct coexist_doveconf_block *conf, const char *type,
	    enum coexist_preflight_status missing, const char *remedy)
{
	const struct coexist_doveconf_block *ours = find_ours(conf, type);

	if (ours == NULL) {
		coexist_preflight_print(preflight,
			t_strconcat(type, " coexist", NULL), missing,
			t_strdup_printf("Add behind the last %s: %s", type,
					remedy));
		return;
	}
	check_ours(preflight, ours, check_others(preflight, conf, ours));
	check_config_file(preflight, ours);
}

void coexist_preflight_auth(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf)
{
	check_chain(preflight, conf, "passdb", COEXIST_PREFLIGHT_FAIL,
		    COEXIST_REMEDY_PASSDB);
	/* without it, logins obey and sessions don't */
	check_chain(preflight, conf, "userdb", COEXIST_PREFLIGHT_WARN,
		    COEXIST_REMEDY_USERDB);
}

/* A master user's login ends with the passdb of master users, unless that goes
   on. */
static void
check_masters(struct coexist_preflight *preflight,
	      const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *db;

	COEXIST_DOVECONF_FOREACH(db, conf, "passdb") {
		if (!is_set(db, "master") || goes_on(db))
			continue;
		coexist_preflight_print(preflight, label_of(db),
			COEXIST_PREFLIGHT_WARN,
			"master_bypass = no needs in it: "
			"result_success = continue");
	}
}

/* Dovecot lets in whom Kerberos or Samba has authenticated and no passdb
   knows, without asking any further. */
static void
check_mechanisms(struct coexist_preflight *preflight,
		 const struct coexist_doveconf_block *conf)
{
	static const char *const without_passdb[] = {
		"gssapi", "gss-spnego", "ntlm", NULL
	};
	const char *const *names = t_strsplit_spaces(
		coexist_doveconf_get(conf, "auth_mechanisms", ""), " ,");

	for (; *names != NULL; names++) {
		if (!str_array_icase_find(without_passdb, *names))
			continue;
		coexist_preflight_print(preflight,
			t_strconcat("auth_mechanisms ", *names, NULL),
			COEXIST_PREFLIGHT_NOTE,
			"The gate is asked about users that a passdb before it "
			"knows; others log in past it");
	}
}

/* Returns TRUE if the passdb itself sets the field for everybody: in args or
   default_fields of Dovecot 2.3, in fields { } of 2.4. */
static bool
sets_field(const struct coexist_doveconf_block *db, const char *field)
{
	static const char *const settings[] = { "args", "default_fields" };
	const struct coexist_doveconf_block *fields =
		coexist_doveconf_find(db->children, "fields");
	const char *const *words;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(settings); i++) {
		words = t_strsplit_spaces(
			coexist_doveconf_get(db, settings[i], ""), " ");
		for (; *words != NULL; words++) {
			if (strcmp(t_strcut(*words, '='), field) == 0)
				return TRUE;
		}
	}
	return fields != NULL &&
		coexist_doveconf_get(fields, field, NULL) != NULL;
}

/* A proxy that lets in any password has nobody to whom a reason may be told. */
static void
check_proxies(struct coexist_preflight *preflight,
	      const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *db;

	COEXIST_DOVECONF_FOREACH(db, conf, "passdb") {
		if (!sets_field(db, "nopassword") ||
		    (!sets_field(db, "proxy") && !sets_field(db, "proxy_maybe")))
			continue;
		coexist_preflight_print(preflight, t_strdup_printf(
			"%s nopassword", label_of(db)), COEXIST_PREFLIGHT_WARN,
			"This proxy verifies no passwords, so nobody is "
			"refused here: the gate belongs on the host that does. "
			"If those who connect to this one have verified them, "
			"name them by verified_networks");
	}
}

void coexist_preflight_bypasses(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf)
{
	if (find_ours(conf, "passdb") == NULL)
		return;
	if (coexist_site_number(&preflight->admin->config,
				COEXIST_SITE_master_bypass) == 0)
		check_masters(preflight, conf);
	if (*preflight->admin->config.texts[
			COEXIST_SITE_verified_networks] == '\0')
		check_proxies(preflight, conf);
	check_mechanisms(preflight, conf);
}
