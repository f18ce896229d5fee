/* The site's configuration on Dovecot 2.4: settings and coexist { dict ... } */

#include "lib.h"
#include "compat.h"
#include "compat-site.h"

#if DOVECOT_PREREQ(2, 4, 0)

#include "dict.h"
#include "lib-event.h"
#include "settings.h"
#include "compat-settings-info.h"
#include "site-config.h"

static const char *
text_dup(pool_t pool, const void *set, const struct setting_define *define)
{
	return p_strdup(pool, *(const char *const *)
			CONST_PTR_OFFSET(set, define->offset));
}

int coexist_compat_site_read(pool_t pool, struct event *event,
			     const char *path ATTR_UNUSED,
			     struct coexist_site_config *config,
			     const char **error_r)
{
	struct coexist_site_setting_texts *site;
	struct coexist_settings *policy;
	unsigned int i;

	if (settings_get(event, &coexist_site_setting_parser_info, 0,
			 &site, error_r) < 0)
		return -1;
	if (settings_get(event, &coexist_setting_parser_info, 0,
			 &policy, error_r) < 0) {
		settings_free(site);
		return -1;
	}
	for (i = 0; i < COEXIST_SITE_COUNT; i++) {
		config->texts[i] = text_dup(pool, site,
					    &coexist_site_setting_defines[i]);
	}
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		config->policy_texts[i] =
			text_dup(pool, policy, &coexist_setting_defines[i]);
	}
	settings_free(policy);
	settings_free(site);
	return 0;
}

int coexist_compat_store_open(struct event *event,
			      const char *store_uri ATTR_UNUSED,
			      struct dict **dict_r, const char **error_r)
{
	struct event *dict_event = event_create(event);
	const char *error;
	int ret;

	settings_event_add_filter_name(dict_event, COEXIST_STORE_FILTER);
	ret = dict_init_auto(dict_event, dict_r, &error);
	if (ret <= 0) {
		*error_r = t_strdup_printf(COEXIST_STORE_FILTER" { dict }: %s",
					   error);
	}
	event_unref(&dict_event);
	return ret;
}

#endif
