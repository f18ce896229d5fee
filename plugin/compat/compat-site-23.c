/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The site's configuration on Dovecot 2.3: a key file with the groups [site]
   and [policy]. */

#include "lib.h"
#include "compat-version.h"
#include "compat-site.h"

/* Since 2.4.0: ca9d22f000 "lib-dict: Replace dict_init() with a new
   dict_init_auto() API". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)

#include "dict.h"
#include "lib-event.h"
#include "master-service.h"
#include "master-service-settings.h"
#include "policy-key-file.h"
#include "policy-value.h"
#include "small-file.h"

#define STORE_URI_FILES "fs:posix:"

/* The key file while it is read. */
struct site_file {
	struct event *event;
	const char *path;
	GKeyFile *keys;
};

/* Returns a value, read as those of a document are, or NULL. A value that is
   not UTF-8 is an error in the log and counts as missing, like all that can't
   be understood: it must not keep everybody out. */
static const char *
text_dup(pool_t pool, const struct site_file *file, const char *group,
	 const char *key)
{
	g_autofree char *text = coexist_key_file_get(file->keys, group, key);

	if (text == NULL || g_utf8_validate(text, -1, NULL))
		return p_strdup(pool, text);
	e_error(file->event, "coexist: Ignoring %s in group [%s] of %s: "
		"Not UTF-8", key, group, file->path);
	return NULL;
}

static void
group_warn_unknown(const struct site_file *file, const char *group,
		   bool (*known)(const char *name))
{
	g_auto(GStrv) keys = g_key_file_get_keys(file->keys, group, NULL, NULL);
	unsigned int i;

	for (i = 0; keys != NULL && keys[i] != NULL; i++) {
		if (!known(keys[i])) {
			e_warning(file->event, "coexist: Ignoring unknown key "
				  "%s in group [%s] of the configuration",
				  keys[i], group);
		}
	}
}

static bool site_setting_is_known(const char *name)
{
	enum coexist_site_setting setting;

	return coexist_site_setting_find(name, &setting) ||
		strcmp(name, "store") == 0;
}

static bool policy_key_is_known(const char *name)
{
	enum coexist_key key;

	return coexist_key_find(name, &key);
}

/* Returns TRUE if it is a line of a key file, behind a group or before the first. */
static bool line_is_valid(const char *line, bool in_group)
{
	g_autoptr(GKeyFile) keys = g_key_file_new();
	g_autofree char *text =
		g_strconcat(in_group ? "[site]\n" : "", line, "\n", NULL);

	return g_key_file_load_from_data(keys, text, strlen(text),
					 G_KEY_FILE_NONE, NULL);
}

/* Returns the text without the lines that are none, each of which is an error in the
   log; the caller frees it. The line itself may have a password. */
static char *lines_keep(const struct site_file *file, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *kept = g_string_sized_new(strlen(text));
	bool in_group = FALSE;
	unsigned int i;

	for (i = 0; lines[i] != NULL; i++) {
		if (!line_is_valid(lines[i], in_group)) {
			e_error(file->event, "coexist: Ignoring line %u of %s: "
				"It is no key=value of a [group]", i + 1,
				file->path);
			continue;
		}
		in_group = in_group || *g_strchug(lines[i]) == '[';
		g_string_append(kept, lines[i]);
		g_string_append_c(kept, '\n');
	}
	return g_string_free(kept, FALSE);
}

/* A mistake in one line keeps nobody out, as the rest holds. */
static int
site_file_parse(const struct site_file *file, const char *text,
		const char **error_r)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *kept = NULL;

	if (g_key_file_load_from_data(file->keys, text, strlen(text),
				      G_KEY_FILE_NONE, NULL))
		return 0;
	kept = lines_keep(file, text);
	if (g_key_file_load_from_data(file->keys, kept, strlen(kept),
				      G_KEY_FILE_NONE, &error))
		return 0;
	*error_r = t_strdup(error->message);
	return -1;
}

static int
site_file_read(const struct site_file *file, const char **error_r)
{
	const char *text, *error;
	int ret = coexist_small_file_read(file->path, &text, &error);

	if (ret == 0)
		error = "There is no such file";
	if (ret > 0 && site_file_parse(file, text, &error) == 0)
		return 0;
	*error_r = t_strdup_printf("Can't read %s: %s", file->path, error);
	return -1;
}

int coexist_compat_site_read(pool_t pool, struct event *event,
			     const char *path,
			     const char *site_r[COEXIST_SITE_COUNT],
			     const char *policy_r[COEXIST_KEY_COUNT],
			     const char **store_uri_r, const char **error_r)
{
	g_autoptr(GKeyFile) keys = g_key_file_new();
	const struct site_file file = {
		.event = event, .path = path, .keys = keys
	};
	unsigned int i;

	if (site_file_read(&file, error_r) < 0)
		return -1;
	group_warn_unknown(&file, "site", site_setting_is_known);
	group_warn_unknown(&file, "policy", policy_key_is_known);
	for (i = 0; i < COEXIST_SITE_COUNT; i++) {
		site_r[i] = text_dup(pool, &file, "site",
				     coexist_site_settings[i].name);
	}
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		policy_r[i] = text_dup(pool, &file, "policy",
				       coexist_policy_keys[i].name);
	}
	*store_uri_r = text_dup(pool, &file, "site", "store");
	return 0;
}

int coexist_compat_site_policy_read(pool_t pool ATTR_UNUSED,
				    struct event *event ATTR_UNUSED,
				    const char *policy_r[COEXIST_KEY_COUNT] ATTR_UNUSED,
				    const char **error_r)
{
	*error_r = "Dovecot 2.3 has one policy for all logins";
	return -1;
}

int coexist_compat_store_open(struct event *event, const char *store_uri,
			      struct dict **dict_r, const char **error_r)
{
	struct dict_settings set;
	const char *error;

	if (store_uri == NULL || *store_uri == '\0') {
		*error_r = "The key store in the group [site] is missing";
		return 0;
	}
	i_zero(&set);
	set.base_dir = master_service_settings_get(master_service)->base_dir;
	set.event_parent = event;
	if (dict_init(store_uri, &set, dict_r, &error) < 0) {
		*error_r = t_strdup_printf("store=%s: %s", store_uri, error);
		return -1;
	}
	return 1;
}

const char *
coexist_compat_store_files(struct event *event ATTR_UNUSED,
			   const char *store_uri)
{
	const char *const *arg, *prefix = NULL;

	if (!str_begins(store_uri, STORE_URI_FILES))
		return NULL;
	/* as fs:posix takes it apart: the last one counts */
	arg = t_strsplit_spaces(store_uri + strlen(STORE_URI_FILES), ":");
	for (; *arg != NULL; arg++) {
		if (str_begins(*arg, "prefix="))
			prefix = *arg + strlen("prefix=");
	}
	return prefix;
}

#endif
