/* See the contract in policy-store.h. */

#include "lib.h"
#include "policy-store.h"
#include "dict.h"
#include "policy-document.h"

struct store_lookup {
	char *key;
	coexist_store_callback_t *callback;
	void *context;
};

static const char *store_key(const char *prefix, const char *name)
{
	if (*name == '\0' || strlen(name) > COEXIST_STORE_MAX_NAME_LENGTH)
		return NULL;
	return t_strconcat(prefix, dict_escape_string(name), NULL);
}

const char *coexist_store_key_mailbox(const char *user)
{
	return store_key(COEXIST_STORE_PREFIX_MAILBOX, user);
}

const char *coexist_store_key_domain(const char *domain)
{
	return store_key(COEXIST_STORE_PREFIX_DOMAIN, t_str_lcase(domain));
}

/* Returns the status, with a new document or an error. */
static enum coexist_store_status
result_parse(int ret, const char *key, const char *value,
	     const char *lookup_error, struct coexist_document **document_r,
	     const char **error_r)
{
	g_autoptr(GError) error = NULL;

	*document_r = NULL;
	*error_r = NULL;
	if (ret < 0) {
		*error_r = t_strdup_printf("Can't look up %s: %s", key,
					   lookup_error);
		return COEXIST_STORE_FAILED;
	}
	if (ret == 0)
		return COEXIST_STORE_NOT_FOUND;
	*document_r = coexist_document_parse(key, value, strlen(value),
					     &error);
	if (*document_r == NULL) {
		*error_r = t_strdup(error->message);
		return COEXIST_STORE_GARBAGE;
	}
	return COEXIST_STORE_FOUND;
}

static void
lookup_callback(const struct dict_lookup_result *result, void *context)
{
	struct store_lookup *lookup = context;
	struct coexist_document *document;
	enum coexist_store_status status;
	const char *error;

	status = result_parse(result->ret, lookup->key, result->value,
			      result->error, &document, &error);
	lookup->callback(status, document, error, lookup->context);
	coexist_document_unref(document);
	i_free(lookup->key);
	i_free(lookup);
}

void coexist_store_lookup(struct dict *dict, const char *key,
			  coexist_store_callback_t *callback, void *context)
{
	const struct dict_op_settings set = { .username = "" };
	struct store_lookup *lookup;

	lookup = i_new(struct store_lookup, 1);
	lookup->key = i_strdup(key);
	lookup->callback = callback;
	lookup->context = context;
	dict_lookup_async(dict, &set, key, lookup_callback, (void *)lookup);
}

enum coexist_store_status
coexist_store_read(struct dict *dict, const char *key,
		   struct coexist_document **document_r,
		   const char **error_r)
{
	const struct dict_op_settings set = { .username = "" };
	const char *value = NULL, *error = NULL;
	int ret;

	ret = dict_lookup(dict, &set, pool_datastack_create(), key, &value,
			  &error);
	return result_parse(ret, key, value, error, document_r, error_r);
}
