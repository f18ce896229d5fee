/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: queries for users, as control panels write them, by which a login
   fails before the gate can say why. */

#include "lib.h"
#include "preflight.h"
#include "doveconf-database.h"

#include <glib.h>

/* The service of the login: %s and %Ls of Dovecot 2.3, %{protocol | lower}. */
#define SERVICE "(?:%[LU]?s(?![A-Za-z])|%[LU]?\\{(?:service|protocol)\\b[^}]*\\})"

/* What holds for users whom the query does not hide from some services. */
#define EXEMPTS SERVICE "['\"]?\\s*(?:NOT\\s+)?IN\\s*\\([^)]*\\)\\s*OR\\b"

/* What those of a database do. */
struct queries {
	bool hides, has_networks;
};

static bool has(const char *text, const char *regex)
{
	return g_regex_match_simple(regex, text, G_REGEX_CASELESS, 0);
}

/* Returns the part that says which users there are, or NULL. */
static const char *condition_of(const char *name, const char *text)
{
	g_autofree char *lower = g_ascii_strdown(text, -1);
	const char *where = strstr(lower, "where");

	if (strstr(name, "filter") != NULL)
		return text;
	return where == NULL ? NULL : text + (where - lower);
}

static void look(const struct coexist_doveconf_block *db ATTR_UNUSED,
		 const char *name, const char *text, void *context)
{
	struct queries *queries = context;
	const char *condition = condition_of(name, text);

	if (condition != NULL && has(condition, SERVICE) &&
	    !has(condition, EXEMPTS))
		queries->hides = TRUE;
	if (has(name, "\\ballow_nets\\b") || has(text, "\\ballow_nets\\b"))
		queries->has_networks = TRUE;
}

static void
check_database(struct coexist_preflight *preflight,
	       const struct coexist_doveconf_block *db)
{
	struct queries queries = {
		.has_networks = coexist_doveconf_sets_field(db, "allow_nets")
	};
	const char *label = coexist_doveconf_label(db);

	coexist_doveconf_texts(db, look, &queries);
	if (queries.hides) {
		coexist_preflight_print(preflight,
			t_strconcat(label, ", query", NULL),
			COEXIST_PREFLIGHT_WARN,
			"It hides users from a service that is switched off "
			"for them, so they are told that the password is "
			"wrong. Let it find them, with a column "
			"userdb_coexist_pop3_access and so on that says deny");
	}
	if (queries.has_networks) {
		coexist_preflight_print(preflight,
			t_strconcat(label, ", allow_nets", NULL),
			COEXIST_PREFLIGHT_NOTE,
			"A login from elsewhere is told that the password is "
			"wrong. coexist_pop3_networks and so on give the "
			"reason");
	}
}

void coexist_preflight_queries(struct coexist_preflight *preflight,
			       const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *db;

	COEXIST_DOVECONF_FOREACH(db, conf, "passdb")
		check_database(preflight, db);
	COEXIST_DOVECONF_FOREACH(db, conf, "userdb")
		check_database(preflight, db);
}
