/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: a virtual INBOX, where pop3_delete finds no place for a Trash. */

#include "lib.h"
#include "preflight.h"
#include "doveconf-block.h"

/* Dovecot 2.4 has a setting of its own for the driver. */
static bool is_virtual(const struct coexist_doveconf_block *ns)
{
	const char *location = coexist_doveconf_get(ns, "location", "");

	return strcmp(coexist_doveconf_get(ns, "mail_driver", ""),
		      "virtual") == 0 ||
		strncmp(location, "virtual:", strlen("virtual:")) == 0;
}

static bool has_trash(const struct coexist_doveconf_block *ns)
{
	const struct coexist_doveconf_block *box;

	COEXIST_DOVECONF_FOREACH(box, ns, "mailbox") {
		if (strstr(coexist_doveconf_get(box, "special_use", ""),
			   "\\Trash") != NULL)
			return TRUE;
	}
	return FALSE;
}

static bool has_real_trash(const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *ns;

	COEXIST_DOVECONF_FOREACH(ns, conf, "namespace") {
		if (!is_virtual(ns) && has_trash(ns))
			return TRUE;
	}
	return FALSE;
}

void coexist_preflight_namespaces(struct coexist_preflight *preflight,
				  const struct coexist_doveconf_block *conf)
{
	const struct coexist_doveconf_block *ns;

	COEXIST_DOVECONF_FOREACH(ns, conf, "namespace") {
		if (!is_virtual(ns) ||
		    strcmp(coexist_doveconf_get(ns, "inbox", "no"), "yes") != 0)
			continue;
		coexist_preflight_print(preflight,
			t_strconcat("namespace ", ns->name, NULL),
			has_real_trash(conf) ? COEXIST_PREFLIGHT_NOTE :
			COEXIST_PREFLIGHT_WARN,
			"INBOX is virtual: pop3_delete = trash needs a mailbox "
			"with special_use = \\Trash in a namespace that is "
			"not, and archive a coexist_archive_mailbox that "
			"begins with the prefix of one");
	}
}
