/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: other mailboxes than INBOX in the POP3 maildrop, by documents and dovecot.conf.
   What a userdb says of a mailbox is not known here, nor which mailboxes a pattern is for. */

#include "lib.h"
#include "preflight.h"
#include "strescape.h"
#include "coexist-admin.h"
#include "doveconf-block.h"
#include "maildrop-folders.h"
#include "plugin-list.h"
#include "policy-document.h"
#include "policy-value.h"

#include <glib.h>

#define CHECK "pop3_folders"
#define CHECK_MOST CHECK", at most 200"
_Static_assert(COEXIST_MAILDROP_FOLDERS_MAX == 200, "CHECK_MOST says so");

/* What the texts of a document, or of dovecot.conf, have. */
struct folders {
	/* there are other mailboxes, or owners may choose some */
	bool wanted;
	/* how many mailboxes are named, INBOX being one of them; patterns do not count */
	unsigned int named;
};

static bool is_inbox(const char *item, size_t length)
{
	return length == 5 && strncasecmp(item, "INBOX", length) == 0;
}

static void list_read(const char *list, struct folders *folders)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, NULL);
	const char *item;
	size_t length;

	while (coexist_list_next(&list, &item, &length)) {
		if (is_inbox(item, length))
			continue;
		folders->wanted = TRUE;
		if (memchr(item, '*', length) == NULL &&
		    memchr(item, '%', length) == NULL)
			g_hash_table_add(names, g_strndup(item, length));
	}
	folders->named = I_MAX(folders->named, g_hash_table_size(names) + 1);
}

/* Reads the text of a key, which may be NULL. */
static void
text_read(enum coexist_key key, const char *text, struct folders *folders)
{
	struct coexist_value value;

	if (coexist_value_parse(&coexist_policy_keys[key], text, &value) !=
	    COEXIST_VALUE_VALID)
		return;
	if (key == COEXIST_KEY_pop3_folders)
		list_read(text, folders);
	else if (key == COEXIST_KEY_owner_may_change &&
		 (value.number & (1ULL << COEXIST_OPENABLE_pop3_folders)) != 0)
		folders->wanted = TRUE;
}

void coexist_preflight_folders_note(struct coexist_preflight *preflight,
				    const char *name,
				    const struct coexist_document *document)
{
	static const enum coexist_key keys[] = {
		COEXIST_KEY_pop3_folders, COEXIST_KEY_owner_may_change
	};
	struct folders folders = { .wanted = FALSE };
	pool_t pool = preflight->admin->pool;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(keys); i++) {
		text_read(keys[i], coexist_document_get(document, keys[i]),
			  &folders);
	}
	if (folders.wanted)
		coexist_first_names_add(&preflight->folders, pool, name);
	if (folders.named > COEXIST_MAILDROP_FOLDERS_MAX)
		coexist_first_names_add(&preflight->many_folders, pool, name);
}

/* dovecot.conf */

/* Returns the value without the quotes that doveconf puts around what has some. */
static const char *unquoted(const char *value)
{
	size_t length = strlen(value);

	if (length < 2 || value[0] != '"' || value[length - 1] != '"')
		return value;
	return str_unescape(t_strdup_noconst(
		t_strdup_until(value + 1, value + length - 1)));
}

/* Dovecot 2.4 prints our settings in a block coexist { }. */
static void conf_setting_read(const struct coexist_doveconf_block *block,
			      const struct coexist_doveconf_setting *setting,
			      struct folders *folders)
{
	const char *name = setting->name;
	enum coexist_key key;

	if (g_str_has_prefix(name, COEXIST_KEY_PREFIX))
		name += strlen(COEXIST_KEY_PREFIX);
	else if (strcmp(block->type, "coexist") != 0)
		return;
	if (coexist_key_find(name, &key))
		text_read(key, unquoted(setting->value), folders);
}

/* Returns TRUE for a block that is about POP3 sessions. The fields of a userdb are those
   of some of its users only. */
static bool is_for_pop3(const struct coexist_doveconf_block *block)
{
	if (strcmp(block->type, "protocol") == 0)
		return coexist_plugin_list_is_for(block, "pop3");
	return strcmp(block->type, "passdb") != 0 &&
		strcmp(block->type, "userdb") != 0;
}

static void conf_read(const struct coexist_doveconf_block *block,
		      struct folders *folders)
{
	const struct coexist_doveconf_setting *setting = block->settings;
	const struct coexist_doveconf_block *child;

	for (; setting != NULL; setting = setting->next)
		conf_setting_read(block, setting, folders);
	for (child = block->children; child != NULL; child = child->next) {
		if (is_for_pop3(child))
			conf_read(child, folders);
	}
}

/* The findings */

/* Returns who has what, on the data stack: empty if nobody. */
static const char *
who_get(const struct coexist_first_names *documents, bool conf_has)
{
	const char *text = documents->count == 0 ? "" : t_strdup_printf(
		"%u documents (%s)", documents->count,
		coexist_first_names_get(documents));

	return t_strconcat(conf_has ? "dovecot.conf" : "",
			   conf_has && *text != '\0' ? " and " : "", text,
			   NULL);
}

/* Without the plugin a session has INBOX alone. */
static void
check_plugin(struct coexist_preflight *preflight,
	     const struct coexist_doveconf_block *conf, const char *who)
{
	if (*who == '\0')
		return;
	if (str_array_find(coexist_plugin_list_get(conf, "pop3"), "virtual")) {
		coexist_preflight_print(preflight, CHECK,
					COEXIST_PREFLIGHT_OK, "");
		return;
	}
	coexist_preflight_print(preflight, CHECK, COEXIST_PREFLIGHT_WARN,
		t_strdup_printf("It is set, or open to owners, by %s, and POP3 is "
		"shown INBOX alone. Add to the mail_plugins of protocol pop3: "
		"virtual", who));
}

static void
check_most(struct coexist_preflight *preflight, const char *who)
{
	if (*who == '\0')
		return;
	coexist_preflight_print(preflight, CHECK_MOST, COEXIST_PREFLIGHT_WARN,
		t_strdup_printf("More mailboxes are named by %s: POP3 is shown "
		"INBOX alone. Name fewer", who));
}

void coexist_preflight_folders(struct coexist_preflight *preflight,
			       const struct coexist_doveconf_block *conf)
{
	struct folders folders = { .wanted = FALSE };

	conf_read(conf, &folders);
	check_plugin(preflight, conf,
		     who_get(&preflight->folders, folders.wanted));
	check_most(preflight, who_get(&preflight->many_folders,
				      folders.named >
				      COEXIST_MAILDROP_FOLDERS_MAX));
}
