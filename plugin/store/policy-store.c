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
	return t_strconcat(prefix, dict_escape_string(t_str_lcase(name)), NULL);
}

const char *coexist_store_key_mailbox(const char *user)
{
	return store_key(COEXIST_STORE_PREFIX_MAILBOX, user);
}

const char *coexist_store_key_domain(const char *domain)
{
	return store_key(COEXIST_STORE_PREFIX_DOMAIN, domain);
}

/* Returns the status, with an error on the data stack. */
static enum coexist_store_status
lookup_status(int ret, const char *key, const char *lookup_error,
	      const char **error_r)
{
	*error_r = NULL;
	if (ret > 0)
		return COEXIST_STORE_FOUND;
	if (ret == 0)
		return COEXIST_STORE_NOT_FOUND;
	*error_r = t_strdup_printf("Can't look up %s: %s", key, lookup_error);
	return COEXIST_STORE_FAILED;
}

static void
lookup_callback(const struct dict_lookup_result *result, void *context)
{
	struct store_lookup *lookup = context;
	enum coexist_store_status status;
	const char *error;

	status = lookup_status(result->ret, lookup->key, result->error, &error);
	lookup->callback(status, status == COEXIST_STORE_FOUND ?
			 result->value : NULL, error, lookup->context);
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
	g_autoptr(GError) parse_error = NULL;
	const char *text = NULL, *error = NULL;
	enum coexist_store_status status;
	int ret;

	*document_r = NULL;
	ret = dict_lookup(dict, &set, pool_datastack_create(), key, &text,
			  &error);
	status = lookup_status(ret, key, error, error_r);
	if (status != COEXIST_STORE_FOUND)
		return status;
	*document_r = coexist_document_parse(key, text, strlen(text),
					     &parse_error);
	if (*document_r != NULL)
		return COEXIST_STORE_FOUND;
	*error_r = t_strdup(parse_error->message);
	return COEXIST_STORE_GARBAGE;
}
