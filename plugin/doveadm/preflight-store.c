/* preflight: the store. A document is stored and removed again; in between it
   must be there for the auth process. */

#include "lib.h"
#include "preflight.h"
#include "dict.h"
#include "compat-doveadm.h"
#include "auth-identity.h"
#include "coexist-admin.h"
#include "doveconf.h"
#include "policy-store-admin.h"

/* A name that no mailbox has (RFC 2606). */
#define PROBE_USER "coexist-preflight@invalid"
#define PROBE_TEXT "[policy]\n"

static bool probe_read(void *context, const char **error_r)
{
	struct coexist_admin *admin = context;
	struct dict *dict;
	const char *text;
	int ret;

	if (coexist_site_config_open_store(&admin->config, admin->event,
					   &dict, error_r) <= 0)
		return FALSE;
	ret = coexist_store_read_text(dict,
		coexist_store_key_mailbox(PROBE_USER), &text, error_r);
	if (ret == 0)
		*error_r = "The document that was stored is not there";
	dict_deinit(&dict);
	return ret > 0;
}

static void
check_auth_user(struct coexist_preflight *preflight, const char *user)
{
	const char *check = t_strdup_printf("store, read by %s", user);
	const char *error;

	if (coexist_identity_try(user, probe_read, preflight->admin, &error)) {
		coexist_preflight_print(preflight, check,
					COEXIST_PREFLIGHT_OK, "");
	} else {
		coexist_preflight_print(preflight, check,
			COEXIST_PREFLIGHT_FAIL, t_strdup_printf(
			"Let %s read it. For fs:posix, the folder and those in "
			"it need its group and the mode 2750, the files 0640: "
			"%s", user, error));
	}
}

static void
check_written(struct coexist_preflight *preflight,
	      const struct coexist_doveconf_block *conf)
{
	struct coexist_admin *admin = preflight->admin;
	const char *key = coexist_store_key_mailbox(PROBE_USER);
	const char *error;

	if (coexist_store_write_text(admin->store, key, PROBE_TEXT,
				     &error) < 0) {
		coexist_preflight_print(preflight, "store, written by doveadm",
					COEXIST_PREFLIGHT_FAIL, error);
		return;
	}
	if (conf != NULL)
		check_auth_user(preflight, coexist_auth_identity(conf));
	if (coexist_store_remove(admin->store, key, &error) < 0) {
		coexist_preflight_print(preflight, "store, written by doveadm",
					COEXIST_PREFLIGHT_FAIL, error);
		return;
	}
	coexist_preflight_print(preflight, "store, written by doveadm",
				COEXIST_PREFLIGHT_OK, "");
}

void coexist_preflight_store(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf)
{
	const char *error;

	if (coexist_admin_open_store(preflight->admin, &error) < 0) {
		coexist_preflight_print(preflight, "store",
			COEXIST_PREFLIGHT_FAIL,
			t_strdup_printf("Configure it, for example "
					COEXIST_REMEDY_STORE": %s", error));
		return;
	}
	coexist_preflight_print(preflight, "store", COEXIST_PREFLIGHT_OK, "");
	check_written(preflight, conf);
}
