/* See the contract in admin-length.h. */

#include "lib.h"
#include "admin-length.h"
#include "str.h"
#include "coexist-admin.h"
#include "policy-document.h"
#include "policy-handover.h"
#include "policy-store.h"
#include "policy-store-admin.h"
#include "refusal-line.h"

enum {
	SCOPE_MAILBOX,	/* the narrowest */
	SCOPE_DOMAIN,
	SCOPE_DEFAULT,
	SCOPE_COUNT
};

static struct coexist_document *
document_read(const struct coexist_admin *admin, const char *key)
{
	struct coexist_document *document = NULL;
	const char *error;

	if (key != NULL &&
	    coexist_store_read(admin->store, key, &document, &error) !=
	    COEXIST_STORE_FOUND)
		return NULL;
	return document;
}

void coexist_admin_length_init(const struct coexist_admin *admin,
			       struct coexist_admin_length *length_r)
{
	i_zero(length_r);
	length_r->default_document =
		document_read(admin, COEXIST_STORE_KEY_DEFAULT);
}

void coexist_admin_length_deinit(struct coexist_admin_length *length)
{
	coexist_document_unref(length->default_document);
	coexist_document_unref(length->domain_document);
	i_free(length->domain);
}

/* Returns the document of the mailbox's domain, or NULL. */
static const struct coexist_document *
domain_document(const struct coexist_admin *admin,
		struct coexist_admin_length *length, const char *mailbox)
{
	const char *domain = strrchr(mailbox, '@');

	if (domain == NULL)
		return NULL;
	domain++;
	if (length->domain == NULL || strcmp(length->domain, domain) != 0) {
		coexist_document_unref(length->domain_document);
		length->domain_document =
			document_read(admin, coexist_store_key_domain(domain));
		i_free(length->domain);
		length->domain = i_strdup(domain);
	}
	return length->domain_document;
}

static void
ignore_unknown_value(void *context ATTR_UNUSED,
		     const struct coexist_scope *scope ATTR_UNUSED,
		     enum coexist_key key ATTR_UNUSED,
		     const char *text ATTR_UNUSED)
{
}

/* Returns the length of the longest one: each protocol's session decides by keys
   of its own. */
static size_t
longest_handover(struct coexist_handover *handover, const char **left_out_r)
{
	bool left_out[COEXIST_KEY_COUNT];
	size_t size, longest = 0;
	unsigned int protocol;

	*left_out_r = "";
	for (protocol = 0; protocol <= COEXIST_PROTOCOL_OTHER; protocol++) {
		handover->protocol = protocol;
		size = coexist_handover_write(handover, t_str_new(1024),
					      left_out);
		if (size <= longest)
			continue;
		longest = size;
		*left_out_r = coexist_handover_left_out(left_out);
	}
	return longest;
}

size_t coexist_admin_length_get(const struct coexist_admin *admin,
				struct coexist_admin_length *length,
				enum coexist_admin_scope_kind kind,
				const char *name,
				const struct coexist_document *document,
				const char **left_out_r)
{
	const struct coexist_document *documents[SCOPE_COUNT] = {
		[SCOPE_DEFAULT] = length->default_document
	};
	struct coexist_scope scopes[SCOPE_COUNT];
	/* what auth may add, at its longest */
	struct coexist_handover handover = {
		.gate_decided = FALSE,
		.items[COEXIST_HANDOVER_PARTIAL] = "yes"
	};
	struct coexist_policy policy;
	char delay_text[COEXIST_REFUSAL_TEXT_MAX_LENGTH + 1];
	unsigned int i;

	switch (kind) {
	case COEXIST_ADMIN_SCOPE_MAILBOX:
		documents[SCOPE_MAILBOX] = document;
		documents[SCOPE_DOMAIN] = domain_document(admin, length, name);
		break;
	case COEXIST_ADMIN_SCOPE_DOMAIN:
		documents[SCOPE_DOMAIN] = document;
		break;
	case COEXIST_ADMIN_SCOPE_DEFAULT:
		documents[SCOPE_DEFAULT] = document;
		break;
	}
	for (i = 0; i < SCOPE_COUNT; i++)
		coexist_document_init_scope(documents[i], "", &scopes[i]);
	coexist_policy_merge(scopes, SCOPE_COUNT, ignore_unknown_value, NULL,
			     &policy);
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (policy.entries[i].scope != NULL)
			handover.texts[i] = policy.entries[i].text;
	}
	memset(delay_text, 'x', sizeof(delay_text) - 1);
	delay_text[sizeof(delay_text) - 1] = '\0';
	if (coexist_policy_number(&policy, COEXIST_KEY_pop3_login_delay) != 0)
		handover.items[COEXIST_HANDOVER_DELAY_TEXT] = delay_text;
	return longest_handover(&handover, left_out_r);
}
