/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: how many of the stored documents are of no use. */

#include "lib.h"
#include "preflight.h"
#include "admin-list.h"
#include "admin-scope.h"
#include "coexist-admin.h"
#include "policy-document.h"
#include "policy-store.h"
#include "policy-value.h"
#include "site-keyring.h"

struct count {
	/* NULL if documents need no signature, or the keys are not all known */
	coexist_keyring *keyring;
	struct coexist_preflight *preflight;
	unsigned int documents, broken;
	/* documents that say what POP3 is shown */
	struct coexist_first_names views;
};

/* Returns TRUE if the document says something else than the default. */
static bool has_key(const struct coexist_document *document, enum coexist_key id)
{
	const struct coexist_policy_key *key = &coexist_policy_keys[id];
	const char *text = coexist_document_get(document, id);
	struct coexist_value value;

	return coexist_value_parse(key, text, &value) == COEXIST_VALUE_VALID &&
		strcmp(text, key->default_value) != 0;
}

/* Returns TRUE if the document says what POP3 is shown. */
static bool has_view(const struct coexist_document *document)
{
	static const enum coexist_key keys[] = {
		COEXIST_KEY_pop3_show, COEXIST_KEY_pop3_show_days,
		COEXIST_KEY_pop3_show_since, COEXIST_KEY_pop3_show_deleted,
		COEXIST_KEY_pop3_max_messages, COEXIST_KEY_pop3_folders
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(keys); i++) {
		if (has_key(document, keys[i]))
			return TRUE;
	}
	return FALSE;
}

static void
view_note(struct count *count, enum coexist_admin_scope_kind kind,
	  const char *name, const struct coexist_document *document)
{
	struct coexist_preflight *preflight = count->preflight;

	name = t_strconcat(coexist_admin_scope_kind_name(kind),
			   *name == '\0' ? "" : " ", name, NULL);
	coexist_preflight_folders_note(preflight, name, document);
	if (has_view(document)) {
		coexist_first_names_add(&count->views, preflight->admin->pool,
					name);
	}
}

static bool is_broken(const struct count *count, const char *key,
		      const struct coexist_document *document)
{
	g_autoptr(GError) error = NULL;

	return count->keyring != NULL &&
		coexist_document_verify(document, key, count->keyring,
					&error) != COEXIST_SIGNATURE_VALID;
}

static void
document_count(const struct coexist_admin *admin,
	       enum coexist_admin_scope_kind kind, const char *name,
	       const char *key, void *context)
{
	struct count *count = context;
	struct coexist_document *document;
	const char *error;

	switch (coexist_store_read(admin->store, key, &document, &error)) {
	case COEXIST_STORE_FOUND:
		count->documents++;
		if (is_broken(count, key, document))
			count->broken++;
		else
			view_note(count, kind, name, document);
		coexist_document_unref(document);
		break;
	case COEXIST_STORE_NOT_FOUND:
		break;
	case COEXIST_STORE_GARBAGE:
	case COEXIST_STORE_FAILED:
		count->documents++;
		count->broken++;
		break;
	}
}

/* These keys could be set before they were obeyed. */
static void
check_views(struct coexist_preflight *preflight, const struct count *count)
{
	if (count->views.count == 0)
		return;
	coexist_preflight_print(preflight, "pop3_show", COEXIST_PREFLIGHT_NOTE,
		t_strdup_printf("%u documents say what POP3 is shown, by keys "
		"that were accepted and not obeyed before 0.2.0: "
		"%s. Which messages: doveadm coexist explain --pop3-view -u "
		"USER", count->views.count,
		coexist_first_names_get(&count->views)));
}

void coexist_preflight_documents(struct coexist_preflight *preflight)
{
	static const char check[] = "documents";
	struct coexist_admin *admin = preflight->admin;
	struct count count = { .preflight = preflight };
	const char *error;

	count.keyring = coexist_site_keyring_read(&admin->config, &error);
	if (error != NULL) {
		coexist_keyring_free(count.keyring);
		count.keyring = NULL;
	}
	coexist_admin_list(admin, "*", document_count, &count);
	coexist_keyring_free(count.keyring);
	if (count.broken == 0) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_OK, "");
	} else {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_WARN, t_strdup_printf(
			"%u of %u can't be read or are not signed by a key of "
			"policy_public_keys, so they count for nothing. See "
			"which: doveadm coexist policy check", count.broken,
			count.documents));
	}
	check_views(preflight, &count);
}
