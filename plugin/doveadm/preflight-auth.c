/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: passdbs and userdbs as they are configured. A gate in the chain of
   passdbs decides about every login only if each passdb that verifies passwords
   comes before it and goes on to it. */

#include "lib.h"
#include "preflight.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"
#include "doveconf-database.h"

#define DRIVER "coexist"

static bool is_ours(const struct coexist_doveconf_block *db)
{
	return strcmp(coexist_doveconf_driver(db), DRIVER) == 0;
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

	coexist_preflight_print(preflight, coexist_doveconf_label(db),
		passes ? COEXIST_PREFLIGHT_OK : COEXIST_PREFLIGHT_FAIL,
		passes ? "" : "Add to it: result_success = continue-ok");
}

static void
check_behind(struct coexist_preflight *preflight,
	     const struct coexist_doveconf_block *db)
{
	coexist_preflight_print(preflight, coexist_doveconf_label(db),
		COEXIST_PREFLIGHT_FAIL, t_strdup_printf("Move it before the %s coexist, and add to "
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
	const char *check = strcmp(ours->type, "passdb") == 0 ?
		"passdb coexist, in its chain" : "userdb coexist";

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

const struct coexist_doveconf_block *
coexist_preflight_find_passdb(const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *protocol, *ours;

	ours = find_ours(conf, "passdb");
	for (protocol = coexist_doveconf_find(conf->children, "protocol");
	     ours == NULL && protocol != NULL;
	     protocol = coexist_doveconf_find(protocol->next, "protocol"))
		ours = find_ours(protocol, "passdb");
	return ours;
}

/* Returns TRUE if Dovecot ignores the passdb: the first one that is no master's,
   with skip = unauthenticated. Those of a protocol come before the others. */
static bool is_ignored(const struct coexist_doveconf_block *ours)
{
	const struct coexist_doveconf_block *db;

	if (strcmp(coexist_doveconf_get(ours, "skip", "never"),
		   "unauthenticated") != 0)
		return FALSE;
	COEXIST_DOVECONF_FOREACH(db, ours->parent, "passdb") {
		if (!is_set(db, "master"))
			return db == ours;
	}
	return FALSE;
}

bool coexist_preflight_has_gate(const struct coexist_doveconf_block *conf)
{
	return coexist_preflight_find_passdb(conf) != NULL || find_ours(conf, "userdb") != NULL;
}

void coexist_preflight_no_gate(struct coexist_preflight *preflight)
{
	coexist_preflight_print(preflight, "passdb coexist",
		COEXIST_PREFLIGHT_NOTE,
		"No gate: no login is refused, and there are no policy "
		"documents. To have it, add behind the last passdb: "
		COEXIST_REMEDY_PASSDB);
}

static void
check_passdb(struct coexist_preflight *preflight,
	     const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *ours = coexist_preflight_find_passdb(conf);

	if (ours == NULL) {
		coexist_preflight_print(preflight, "passdb coexist",
			COEXIST_PREFLIGHT_FAIL,
			"Add behind the last passdb: "COEXIST_REMEDY_PASSDB);
		return;
	}
	if (is_ignored(ours)) {
		coexist_preflight_print(preflight, "passdb coexist",
			COEXIST_PREFLIGHT_FAIL,
			"Dovecot ignores it where it is: take away "
			"skip = unauthenticated, or put it behind the others");
	} else {
		coexist_preflight_print(preflight, "passdb coexist",
					COEXIST_PREFLIGHT_OK, "");
	}
	check_config_file(preflight, ours);
}

/* Where there is a passdb of ours, a userdb of an older configuration steps
   back. */
static void
check_userdb(struct coexist_preflight *preflight,
	     const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *ours = find_ours(conf, "userdb");

	if (ours == NULL)
		return;
	check_config_file(preflight, ours);
	if (coexist_preflight_find_passdb(conf) == NULL) {
		check_ours(preflight, ours,
			   check_others(preflight, conf, ours));
	} else {
		coexist_preflight_print(preflight, "userdb coexist",
			COEXIST_PREFLIGHT_NOTE,
			"It does nothing any more: passdb coexist hands the "
			"policy over. Remove it");
	}
}

void coexist_preflight_auth(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf)
{
	check_passdb(preflight, conf);
	check_userdb(preflight, conf);
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
		coexist_preflight_print(preflight, coexist_doveconf_label(db),
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

/* A proxy that lets in any password has nobody to whom a reason may be told. */
static void
check_proxies(struct coexist_preflight *preflight,
	      const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *db;

	COEXIST_DOVECONF_FOREACH(db, conf, "passdb") {
		if (!coexist_doveconf_sets_field(db, "nopassword") ||
		    (!coexist_doveconf_sets_field(db, "proxy") &&
		     !coexist_doveconf_sets_field(db, "proxy_maybe")))
			continue;
		coexist_preflight_print(preflight, t_strdup_printf(
			"%s nopassword", coexist_doveconf_label(db)),
			COEXIST_PREFLIGHT_WARN,
			"This proxy verifies no passwords, so nobody is "
			"refused here: the gate belongs on the host that does. "
			"If those who connect to this one have verified them, "
			"name them by verified_networks");
	}
}

/* A proxy enters the host behind it as a master user, if it has no other password
   for it. */
static void
check_exempt_masters(struct coexist_preflight *preflight,
		     const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *db;

	COEXIST_DOVECONF_FOREACH(db, conf, "passdb") {
		if (!is_set(db, "master"))
			continue;
		coexist_preflight_print(preflight, coexist_doveconf_label(db),
			COEXIST_PREFLIGHT_NOTE,
			"Master users log in whatever the policy says, and so "
			"does everybody behind a proxy that enters by a master "
			"password: have the gate there, or master_bypass = no "
			"here");
	}
}

/* The gate is one of the passdbs. */
static void
check_chain(struct coexist_preflight *preflight,
	    const struct coexist_doveconf_block *conf,
	    const struct coexist_doveconf_block *ours)
{
	check_ours(preflight, ours, check_others(preflight, conf, ours));
	if (coexist_site_number(&preflight->admin->config,
				COEXIST_SITE_master_bypass) == 0)
		check_masters(preflight, conf);
	check_mechanisms(preflight, conf);
}

void coexist_preflight_bypasses(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf)
{
	const struct coexist_site_config *config = &preflight->admin->config;
	const struct coexist_doveconf_block *ours = coexist_preflight_find_passdb(conf);

	if (ours == NULL)
		return;
	if (coexist_site_number(config, COEXIST_SITE_gate_at) ==
	    COEXIST_GATE_AT_CHAIN)
		check_chain(preflight, conf, ours);
	if (coexist_site_number(config, COEXIST_SITE_master_bypass) != 0)
		check_exempt_masters(preflight, conf);
	if (*config->texts[COEXIST_SITE_verified_networks] == '\0')
		check_proxies(preflight, conf);
}
