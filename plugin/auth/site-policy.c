/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in site-policy.h. */

#include "lib.h"
#include "site-policy.h"
#include "array.h"
#include "lib-event.h"
#include "net.h"
#include "compat-auth.h"
#include "compat-site.h"

#include <glib.h>

/* Then all are forgotten: whoever logs in from everywhere must not fill auth. */
#define MAX_PLACES 1000

/* What filters look at. */
struct place {
	char *protocol, *local_name;
	struct ip_addr local, remote;
};

struct coexist_site_policy {
	struct event *event;
	pool_t pool;
	/* what holds where no filter does */
	const char *const *all;
	/* struct place -> texts */
	GHashTable *places;
	/* the same texts are there once: as many as the configuration can make */
	ARRAY(const char *const *) texts;
};

static unsigned int place_hash(const void *data)
{
	const struct place *place = data;

	return g_str_hash(place->protocol) ^ g_str_hash(place->local_name) ^
		net_ip_hash(&place->remote) ^ (net_ip_hash(&place->local) * 31);
}

static int place_equal(const void *one, const void *other)
{
	const struct place *a = one, *b = other;

	return strcmp(a->protocol, b->protocol) == 0 &&
		strcmp(a->local_name, b->local_name) == 0 &&
		net_ip_compare(&a->local, &b->local) &&
		net_ip_compare(&a->remote, &b->remote);
}

static struct place *place_dup(const struct place *place)
{
	struct place *copy = g_new(struct place, 1);

	*copy = *place;
	copy->protocol = g_strdup(place->protocol);
	copy->local_name = g_strdup(place->local_name);
	return copy;
}

static void place_free(void *data)
{
	struct place *place = data;

	g_free(place->protocol);
	g_free(place->local_name);
	g_free(place);
}

static void place_init(struct place *place_r, const struct auth_request *request)
{
	const struct auth_request_fields *fields = &request->fields;
	const char *protocol = coexist_auth_request_get_protocol(request);

	place_r->protocol = (char *)(protocol == NULL ? "" : protocol);
	place_r->local_name = (char *)
		(fields->local_name == NULL ? "" : fields->local_name);
	place_r->local = fields->local_ip;
	place_r->remote = fields->remote_ip;
}

/* The gate's event has the protocol of the block that the gate was made for, and the
   place's own covers it. */
static struct event *
event_new(struct coexist_site_policy *policy, const struct place *place)
{
	struct event *event = event_create(policy->event);

	event_add_str(event, "protocol", place->protocol);
	if (*place->local_name != '\0')
		event_add_str(event, "local_name", place->local_name);
	if (place->local.family != 0)
		coexist_site_event_add_ip(event, "local_ip", &place->local);
	if (place->remote.family != 0)
		coexist_site_event_add_ip(event, "remote_ip", &place->remote);
	return event;
}

static bool texts_equal(const char *const *one, const char *const *other)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (null_strcmp(one[i], other[i]) != 0)
			return FALSE;
	}
	return TRUE;
}

static bool texts_say_anything(const char *const *texts)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (texts[i] != NULL && *texts[i] != '\0')
			return TRUE;
	}
	return FALSE;
}

/* Returns these texts as they are kept, or NULL if they say nothing: most sites leave
   policies to documents. */
static const char *const *
texts_keep(struct coexist_site_policy *policy, const char *const *texts)
{
	const char *const *known;
	const char **kept;
	unsigned int i;

	if (!texts_say_anything(texts))
		return NULL;
	array_foreach_elem(&policy->texts, known) {
		if (texts_equal(known, texts))
			return known;
	}
	kept = p_new(policy->pool, const char *, COEXIST_KEY_COUNT);
	for (i = 0; i < COEXIST_KEY_COUNT; i++)
		kept[i] = p_strdup(policy->pool, texts[i]);
	known = kept;
	array_push_back(&policy->texts, &known);
	return known;
}

static const char *const *
texts_read(struct coexist_site_policy *policy, const struct place *place)
{
	const char *texts[COEXIST_KEY_COUNT];
	const char *const *kept;
	const char *error;
	struct event *event;

	T_BEGIN {
		event = event_new(policy, place);
		if (coexist_compat_site_policy_read(
			pool_datastack_create(), event, texts, &error) == 0) {
			kept = texts_keep(policy, texts);
		} else {
			e_error(policy->event, "coexist: Can't read the settings "
				"of a login, using those for all: %s", error);
			kept = policy->all;
		}
		event_unref(&event);
	} T_END;
	return kept;
}

const char *const *
coexist_site_policy_get(struct coexist_site_policy *policy,
			const struct auth_request *request)
{
	struct place place;
	void *found;

	if (!COEXIST_SITE_HAS_FILTERS)
		return policy->all;
	place_init(&place, request);
	if (!g_hash_table_lookup_extended(policy->places, &place, NULL, &found)) {
		if (g_hash_table_size(policy->places) >= MAX_PLACES)
			g_hash_table_remove_all(policy->places);
		found = (void *)texts_read(policy, &place);
		g_hash_table_insert(policy->places, place_dup(&place), found);
	}
	return found;
}

struct coexist_site_policy *
coexist_site_policy_new(const struct coexist_site_config *config,
			struct event *event)
{
	struct coexist_site_policy *policy =
		i_new(struct coexist_site_policy, 1);

	policy->event = event;
	policy->pool = pool_alloconly_create("coexist site policy", 512);
	policy->places = g_hash_table_new_full(place_hash, place_equal,
					       place_free, NULL);
	i_array_init(&policy->texts, 2);
	policy->all = texts_keep(policy, config->policy_texts);
	return policy;
}

void coexist_site_policy_free(struct coexist_site_policy *policy)
{
	if (policy == NULL)
		return;
	g_hash_table_unref(policy->places);
	array_free(&policy->texts);
	pool_unref(&policy->pool);
	i_free(policy);
}
