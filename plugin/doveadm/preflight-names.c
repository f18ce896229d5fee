/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: detail addressing (jo+x@example.org, RFC 5233). A query that takes
   the detail off a name without saying so lets the mailbox be used under a name
   that no document has. The userdb is asked about a mailbox that has one. */

#include "lib.h"
#include "preflight.h"
#include "lib-event.h"
#include "admin-user.h"
#include "admin-userdb.h"
#include "coexist-admin.h"
#include "doveconf-block.h"
#include "policy-store-admin.h"
#include "userdb-fields.h"

#define DETAIL "coexist-preflight"

/* Documents of mailboxes that are no more. */
#define MAX_UNKNOWN 20

struct found_user {
	const char *name;
	const char *home;
};

struct user_search {
	const struct coexist_admin *admin;
	struct found_user user;
	unsigned int unknown;
	/* for whom the userdb did not answer, or NULL */
	const char *unanswered;
};

/* Returns 1 if the userdb has the user, with a home; -1 if it does not answer. */
static int
user_find(const struct coexist_admin *admin, const char *name,
	  struct found_user *user_r)
{
	const char *const *fields;
	int ret = coexist_admin_userdb_lookup(admin->pool, name,
					      COEXIST_ADMIN_USERDB_MSECS,
					      &user_r->name, &fields);

	if (ret <= 0)
		return ret;
	user_r->home = coexist_userdb_fields_find(fields, "home");
	e_debug(admin->event, "coexist: The userdb knows %s as %s with the "
		"home %s", name, user_r->name,
		user_r->home == NULL ? "(none)" : user_r->home);
	return user_r->home != NULL ? 1 : 0;
}

static bool name_try(const char *name, void *context)
{
	struct user_search *search = context;
	int ret = user_find(search->admin, name, &search->user);

	if (ret < 0)
		search->unanswered = p_strdup(search->admin->pool, name);
	return ret == 0 && ++search->unknown < MAX_UNKNOWN;
}

/* Returns TRUE if there is a mailbox that has a document. A store that can't be
   listed is no fault of the names. */
static bool user_search(struct user_search *search)
{
	const struct coexist_site_config *config = &search->admin->config;
	const char *error;
	struct coexist_store *store;

	if (coexist_store_open(config, search->admin->event, &store,
			       &error) <= 0)
		return FALSE;
	(void)coexist_store_list(store, config, COEXIST_STORE_PREFIX_MAILBOX,
				 name_try, search, &error);
	coexist_store_close(&store);
	return search->user.home != NULL;
}

static const char *add_detail(const char *name, char delimiter)
{
	const char *at = strrchr(name, '@');

	return at == NULL ? t_strdup_printf("%s%c"DETAIL, name, delimiter) :
		t_strdup_printf("%s%c"DETAIL"%s", t_strdup_until(name, at),
				delimiter, at);
}

static void print_detail(struct coexist_preflight *preflight,
			 enum coexist_preflight_status status,
			 const char *remedy)
{
	coexist_preflight_print(preflight, "userdb, names with a detail",
				status, remedy);
}

/* It is asked once, as each question may take a minute. */
static void
print_unanswered(struct coexist_preflight *preflight, const char *user)
{
	print_detail(preflight, COEXIST_PREFLIGHT_WARN, t_strdup_printf(
		"It can't look up %s: Dovecot's log says why. This was not "
		"checked", user));
}

static void
check_detail(struct coexist_preflight *preflight,
	     const struct user_search *search, char delimiter)
{
	const struct found_user *user = &search->user;
	const char *name = add_detail(user->name, delimiter);
	struct found_user other;
	int ret = user_find(search->admin, name, &other);

	if (ret < 0)
		print_unanswered(preflight, name);
	else if (ret == 0 || strcmp(user->home, other.home) != 0 ||
		 strcmp(user->name, other.name) == 0)
		print_detail(preflight, COEXIST_PREFLIGHT_OK, "");
	else {
		print_detail(preflight, COEXIST_PREFLIGHT_WARN, t_strdup_printf(
			"It takes %s for the mailbox %s and keeps the name, "
			"for which the mailbox's document does not hold: let "
			"the queries return the mailbox's name as user",
			other.name, user->name));
	}
}

void coexist_preflight_names(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf)
{
	const char *delimiters =
		coexist_doveconf_get(conf, "recipient_delimiter", "+");
	struct user_search search = { .admin = preflight->admin };

	if (*delimiters == '\0' || !coexist_admin_userdb_is_there())
		return;
	if (user_search(&search))
		check_detail(preflight, &search, *delimiters);
	else if (search.unanswered != NULL)
		print_unanswered(preflight, search.unanswered);
}
