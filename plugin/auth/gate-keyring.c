/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-keyring.h. */

#include "lib.h"
#include "gate-keyring.h"
#include "str.h"
#include "document-cache.h"
#include "site-config.h"
#include "site-keyring.h"

#include <sys/stat.h>
#include <unistd.h>

struct coexist_gate_keyring {
	const struct coexist_site_config *config;
	coexist_keyring *keys;
	/* the last ones that were complete, or NULL */
	coexist_keyring *complete;
	bool is_complete;

	/* what the files were like before they were read */
	char *stamp;
	/* when that was looked at last */
	time_t checked;
};

/* Returns what the files are like, on the data stack, or NULL if this process
   may not look at them. */
static const char *files_stamp(const struct coexist_site_config *config)
{
	const char *list = config->texts[COEXIST_SITE_policy_public_keys];
	string_t *stamp = t_str_new(128);
	const char *item;
	size_t length;
	struct stat st;

	while (coexist_list_next(&list, &item, &length)) {
		if (stat(t_strndup(item, length), &st) < 0) {
			if (errno == EACCES)
				return NULL;
			str_printfa(stamp, "errno %d\n", errno);
			continue;
		}
		str_printfa(stamp, "%ju %ju %jd %jd.%ld\n",
			    (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
			    (intmax_t)st.st_size, (intmax_t)st.st_ctim.tv_sec,
			    st.st_ctim.tv_nsec);
	}
	return str_c(stamp);
}

static bool files_may_be_read(const struct coexist_site_config *config)
{
	const char *list = config->texts[COEXIST_SITE_policy_public_keys];
	const char *item;
	size_t length;

	while (coexist_list_next(&list, &item, &length)) {
		if (access(t_strndup(item, length), R_OK) < 0 &&
		    errno == EACCES)
			return FALSE;
	}
	return TRUE;
}

static void
keys_set(struct coexist_gate_keyring *keyring, coexist_keyring *keys,
	 bool is_complete)
{
	if (keyring->keys != keyring->complete)
		coexist_keyring_free(keyring->keys);
	keyring->keys = keys;
	keyring->is_complete = is_complete;
	if (!is_complete)
		return;
	coexist_keyring_free(keyring->complete);
	keyring->complete = keys;
}

struct coexist_gate_keyring *
coexist_gate_keyring_new(const struct coexist_site_config *config,
			 const char **error_r)
{
	struct coexist_gate_keyring *keyring;
	const char *stamp = files_stamp(config);
	coexist_keyring *keys = coexist_site_keyring_read(config, error_r);

	if (keys == NULL)
		return NULL;
	keyring = i_new(struct coexist_gate_keyring, 1);
	keyring->config = config;
	keyring->stamp = i_strdup(stamp);
	keys_set(keyring, keys, *error_r == NULL);
	return keyring;
}

void coexist_gate_keyring_free(struct coexist_gate_keyring *keyring)
{
	if (keyring == NULL)
		return;
	if (keyring->keys != keyring->complete)
		coexist_keyring_free(keyring->keys);
	coexist_keyring_free(keyring->complete);
	i_free(keyring->stamp);
	i_free(keyring);
}

/* Takes the keys that were read. */
static enum coexist_gate_keyring_change
keys_change(struct coexist_gate_keyring *keyring, coexist_keyring *keys,
	    bool is_complete)
{
	enum coexist_gate_keyring_change change = COEXIST_GATE_KEYRING_SAME;

	if (coexist_keyring_equals(keys, keyring->keys)) {
		coexist_keyring_free(keys);
		return change;
	}
	if (!is_complete)
		change = COEXIST_GATE_KEYRING_LOST;
	else if (keyring->complete == NULL ||
		 !coexist_keyring_equals(keys, keyring->complete))
		change = COEXIST_GATE_KEYRING_OTHERS;
	keys_set(keyring, keys, is_complete);
	return change;
}

static enum coexist_gate_keyring_change
files_read(struct coexist_gate_keyring *keyring, const char *stamp,
	   const char **error_r)
{
	coexist_keyring *keys =
		coexist_site_keyring_read(keyring->config, error_r);

	i_free(keyring->stamp);
	keyring->stamp = i_strdup(stamp);
	if (*error_r != NULL && keyring->is_complete &&
	    !files_may_be_read(keyring->config)) {
		coexist_keyring_free(keys);
		*error_r = t_strdup_printf("%s. The keys that were read before "
			"hold on: let Dovecot's user read the file, or reload "
			"Dovecot", *error_r);
		return COEXIST_GATE_KEYRING_SAME;
	}
	return keys_change(keyring, keys, *error_r == NULL);
}

enum coexist_gate_keyring_change
coexist_gate_keyring_refresh(struct coexist_gate_keyring *keyring, time_t now,
			     const char **error_r)
{
	const char *stamp;

	*error_r = NULL;
	if (now >= keyring->checked &&
	    now - keyring->checked < COEXIST_DOCUMENT_ANSWER_SECS)
		return COEXIST_GATE_KEYRING_SAME;
	keyring->checked = now;
	stamp = files_stamp(keyring->config);
	if (stamp == NULL || (keyring->is_complete &&
			      null_strcmp(stamp, keyring->stamp) == 0))
		return COEXIST_GATE_KEYRING_SAME;
	return files_read(keyring, stamp, error_r);
}

const coexist_keyring *
coexist_gate_keyring_get(const struct coexist_gate_keyring *keyring)
{
	return keyring->keys;
}
