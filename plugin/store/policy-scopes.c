/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-scopes.h. */

#include "lib.h"
#include "policy-scopes.h"
#include "logged-value.h"
#include "policy-document-texts.h"

enum whose {
	WHOSE_USER,
	WHOSE_DOMAIN,
	WHOSE_EVERYBODY
};

static const struct {
	const char *word, *name;
	/* what the document's key is or begins with, or NULL */
	const char *place;
	enum whose whose;
} scopes[COEXIST_SCOPE_COUNT] = {
#define SCOPE(id, word, name, place, whose) \
	[COEXIST_SCOPE_##id] = { word, name, place, WHOSE_##whose },
	COEXIST_POLICY_SCOPES(SCOPE)
#undef SCOPE
};

const char *coexist_policy_scope_word(enum coexist_policy_scope scope)
{
	return scopes[scope].word;
}

const char *coexist_policy_scope_name(enum coexist_policy_scope scope)
{
	return scopes[scope].name;
}

bool coexist_policy_scope_has_document(enum coexist_policy_scope scope)
{
	return scopes[scope].place != NULL;
}

bool coexist_policy_scope_is_personal(enum coexist_policy_scope scope)
{
	return scopes[scope].whose == WHOSE_USER;
}

const char *coexist_policy_scope_domain(const char *user)
{
	const char *at = strrchr(user, '@');

	return at == NULL ? NULL : at + 1;
}

const char *coexist_policy_scope_key(enum coexist_policy_scope scope,
				     const char *user, const char *domain)
{
	const char *place = scopes[scope].place, *name = NULL;

	switch (scopes[scope].whose) {
	case WHOSE_USER:
		name = user;
		break;
	case WHOSE_DOMAIN:
		name = domain;
		break;
	case WHOSE_EVERYBODY:
		return place;
	}
	return place == NULL || name == NULL ? NULL :
		coexist_store_key(place, name);
}

void
coexist_policy_scopes_init(struct coexist_document_texts *const *documents,
			   const char *const *userdb_texts,
			   const char *const *site_texts,
			   struct coexist_scope scopes_r[COEXIST_SCOPE_COUNT])
{
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		coexist_document_texts_init_scope(documents[i], scopes[i].name,
						  &scopes_r[i]);
	}
	coexist_scope_init_texts(&scopes_r[COEXIST_SCOPE_USERDB],
				 scopes[COEXIST_SCOPE_USERDB].name,
				 userdb_texts);
	scopes_r[COEXIST_SCOPE_USERDB].yes_inherits = TRUE;
	coexist_scope_init_texts(&scopes_r[COEXIST_SCOPE_SITE],
				 scopes[COEXIST_SCOPE_SITE].name, site_texts);
}

const char *coexist_unknown_value_describe(const char *scope_name,
					   enum coexist_key key,
					   const char *text)
{
	const struct coexist_policy_key *info = &coexist_policy_keys[key];
	const char *item, *wrong = "";
	size_t length;

	if (coexist_value_find_bad_item(info, text, &item, &length)) {
		wrong = t_strconcat(", not ", coexist_logged_value(
					    t_strndup(item, length)), NULL);
	}
	return t_strdup_printf("Ignoring unknown value in %s: %s=%s "
			       "(expected %s%s)", scope_name, info->name,
			       coexist_logged_value(text), info->expected,
			       wrong);
}
