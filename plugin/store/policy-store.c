/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-store.h. */

#include "lib.h"
#include "policy-store.h"
#include "dict.h"
#include "policy-document.h"
#include "site-config.h"
#include "store-file.h"

struct store_lookup {
	char *key;
	coexist_store_callback_t *callback;
	void *context;
};

const char *coexist_store_key(const char *prefix, const char *name)
{
	size_t prefix_length = strlen(prefix), length = strlen(name);
	const char *escaped;
	char *key;

	if (length == 0 || length > COEXIST_STORE_MAX_NAME_LENGTH)
		return NULL;
	key = t_malloc_no0(prefix_length + length + 1);
	memcpy(key, prefix, prefix_length);
	memcpy(key + prefix_length, name, length + 1);
	/* hardly any name has what a key escapes */
	escaped = dict_escape_string(str_lcase(key + prefix_length));
	return escaped == key + prefix_length ? key :
		t_strconcat(prefix, escaped, NULL);
}

const char *coexist_store_key_mailbox(const char *user)
{
	return coexist_store_key(COEXIST_STORE_PREFIX_MAILBOX, user);
}

const char *coexist_store_key_domain(const char *domain)
{
	return coexist_store_key(COEXIST_STORE_PREFIX_DOMAIN, domain);
}

int coexist_store_open(const struct coexist_site_config *config,
		       struct event *event, struct coexist_store **store_r,
		       const char **error_r)
{
	struct coexist_store *store;
	struct dict *dict;
	int ret;

	*store_r = NULL;
	ret = coexist_site_config_open_store(config, event, &dict, error_r);
	if (ret <= 0)
		return ret;
	store = i_new(struct coexist_store, 1);
	store->dict = dict;
	T_BEGIN {
		store->files = i_strdup(
			coexist_site_config_store_files(config, event));
	} T_END;
	*store_r = store;
	return 1;
}

void coexist_store_reopen(struct coexist_store *store,
			  const struct coexist_site_config *config,
			  struct event *event)
{
	const char *error;
	struct dict *dict;

	if (coexist_site_config_open_store(config, event, &dict, &error) <= 0)
		return;
	dict_deinit(&store->dict);
	store->dict = dict;
}

void coexist_store_close(struct coexist_store **_store)
{
	struct coexist_store *store = *_store;

	*_store = NULL;
	if (store == NULL)
		return;
	dict_deinit(&store->dict);
	i_free(store->files);
	i_free(store);
}

static const char *lookup_error(const char *key, const char *error)
{
	return error == NULL ? NULL :
		t_strdup_printf("Can't look up %s: %s", key, error);
}

static enum coexist_store_status dict_status(int ret)
{
	return ret > 0 ? COEXIST_STORE_FOUND :
		ret == 0 ? COEXIST_STORE_NOT_FOUND : COEXIST_STORE_FAILED;
}

static enum coexist_store_status
file_read(struct coexist_store *store, const char *key, const char **text_r,
	  const char **error_r)
{
	enum coexist_store_status status;
	const char *error;

	status = coexist_store_file_read(
		coexist_store_file_path(store->files, key), text_r, &error);
	*error_r = lookup_error(key, error);
	return status;
}

static void
lookup_callback(const struct dict_lookup_result *result, void *context)
{
	struct store_lookup *lookup = context;
	enum coexist_store_status status = dict_status(result->ret);
	const char *error = status != COEXIST_STORE_FAILED ? NULL :
		lookup_error(lookup->key, result->error);

	lookup->callback(status, status == COEXIST_STORE_FOUND ?
			 result->value : NULL, error, lookup->context);
	i_free(lookup->key);
	i_free(lookup);
}

static void
dict_ask(struct coexist_store *store, const char *key,
	 coexist_store_callback_t *callback, void *context)
{
	const struct dict_op_settings set = { .username = "" };
	struct store_lookup *lookup;

	lookup = i_new(struct store_lookup, 1);
	lookup->key = i_strdup(key);
	lookup->callback = callback;
	lookup->context = context;
	dict_lookup_async(store->dict, &set, key, lookup_callback,
			  (void *)lookup);
}

void coexist_store_lookup(struct coexist_store *store, const char *key,
			  coexist_store_callback_t *callback, void *context)
{
	if (store->files == NULL) {
		dict_ask(store, key, callback, context);
		return;
	}
	T_BEGIN {
		const char *text, *error;
		enum coexist_store_status status =
			file_read(store, key, &text, &error);

		callback(status, text, error, context);
	} T_END;
}

enum coexist_store_status
coexist_store_read_text(struct coexist_store *store, const char *key,
			const char **text_r, const char **error_r)
{
	const struct dict_op_settings set = { .username = "" };
	enum coexist_store_status status;
	const char *error = NULL;

	if (store->files != NULL)
		return file_read(store, key, text_r, error_r);
	status = dict_status(dict_lookup(store->dict, &set,
					 pool_datastack_create(), key, text_r,
					 &error));
	if (status != COEXIST_STORE_FOUND)
		*text_r = NULL;
	*error_r = status != COEXIST_STORE_FAILED ? NULL :
		lookup_error(key, error);
	return status;
}

enum coexist_store_status
coexist_store_read(struct coexist_store *store, const char *key,
		   struct coexist_document **document_r,
		   const char **error_r)
{
	g_autoptr(GError) parse_error = NULL;
	enum coexist_store_status status;
	const char *text;

	*document_r = NULL;
	status = coexist_store_read_text(store, key, &text, error_r);
	if (status != COEXIST_STORE_FOUND)
		return status;
	*document_r = coexist_document_parse(key, text, strlen(text),
					     &parse_error);
	if (*document_r != NULL)
		return COEXIST_STORE_FOUND;
	*error_r = t_strdup(parse_error->message);
	return COEXIST_STORE_GARBAGE;
}
