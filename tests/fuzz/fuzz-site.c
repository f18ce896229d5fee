/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text is a site's configuration on Dovecot 2.3: a mistake in a line keeps nobody
   out. Dovecot 2.4 reads its own settings. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "compat-site.h"
#include "lib-event.h"
#include "site-config.h"
#include "unichar.h"

static void check_values(const struct coexist_site_config *config)
{
	struct coexist_value value;
	unsigned int i;

	for (i = 0; i < COEXIST_SITE_COUNT; i++) {
		i_assert(config->texts[i] != NULL);
		i_assert(coexist_value_parse(&coexist_site_settings[i],
					     config->texts[i], &value) !=
			 COEXIST_VALUE_UNKNOWN);
	}
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		i_assert(config->policy_texts[i] == NULL ||
			 uni_utf8_str_is_valid(config->policy_texts[i]));
	}
}

static void check_file(const uint8_t *data, size_t size)
{
	struct coexist_site_config config;
	struct event *event = event_create(NULL);
	const char *path = fuzz_file("site", data, size), *error;
	pool_t pool = fuzz_pool();
	int ret = coexist_site_config_read(pool, event, path, &config, &error);

	if (size > 0 && memchr(data, '\0', size) != NULL)
		i_assert(ret < 0 && strstr(error, path) != NULL);
	else
		i_assert(ret == 0);
	if (ret == 0)
		check_values(&config);
	(void)unlink(path);
	pool_unref(&pool);
	event_unref(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_init();
	if (COEXIST_SITE_HAS_FILTERS)
		return 0;
	T_BEGIN {
		check_file(data, size);
	} T_END;
	return 0;
}
