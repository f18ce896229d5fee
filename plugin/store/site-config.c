/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in site-config.h. */

#include "lib.h"
#include "site-config.h"
#include "lib-event.h"
#include "compat-site.h"
#include "logged-value.h"

static void
setting_init(struct coexist_site_config *config,
	     enum coexist_site_setting setting)
{
	const struct coexist_policy_key *info = &coexist_site_settings[setting];
	struct coexist_value *value = &config->values[setting];
	const char *text = config->texts[setting];

	i_zero(value);
	switch (coexist_value_parse(info, text, value)) {
	case COEXIST_VALUE_VALID:
		return;
	case COEXIST_VALUE_INHERIT:
		break;
	case COEXIST_VALUE_YES:
	case COEXIST_VALUE_UNKNOWN:
		config->unknown[setting] = text;
		break;
	}
	config->texts[setting] = info->default_value;
	(void)coexist_value_parse(info, info->default_value, value);
}

int coexist_site_config_read(pool_t pool, struct event *event,
			     const char *path,
			     struct coexist_site_config *config_r,
			     const char **error_r)
{
	struct coexist_site_config config;
	unsigned int i;

	i_zero(&config);
	if (coexist_compat_site_read(pool, event, path, config.texts,
				     config.policy_texts, &config.store_uri,
				     error_r) < 0)
		return -1;
	for (i = 0; i < COEXIST_SITE_COUNT; i++)
		setting_init(&config, i);
	*config_r = config;
	return 0;
}

void coexist_site_config_warn(const struct coexist_site_config *config,
			      struct event *event)
{
	const struct coexist_policy_key *info;
	unsigned int i;

	for (i = 0; i < COEXIST_SITE_COUNT; i++) {
		info = &coexist_site_settings[i];
		if (config->unknown[i] == NULL)
			continue;
		e_warning(event, "coexist: Ignoring unknown value of the site "
			  "setting %s=%s (expected %s)", info->name,
			  coexist_logged_value(config->unknown[i]),
			  info->expected);
	}
}

int coexist_site_config_open_store(const struct coexist_site_config *config,
				   struct event *event,
				   struct dict **dict_r, const char **error_r)
{
	return coexist_compat_store_open(event, config->store_uri,
					 dict_r, error_r);
}

const char *
coexist_site_config_store_files(const struct coexist_site_config *config,
				struct event *event)
{
	const char *prefix =
		coexist_compat_store_files(event, config->store_uri);

	return prefix == NULL || *prefix == '\0' ? NULL : prefix;
}
