/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_PLUGIN_LIST_H
#define COEXIST_PLUGIN_LIST_H

struct coexist_doveconf_block;

/* mail_plugins of a protocol, put together as Dovecot does it from what "doveconf
   -n" prints. Dovecot 2.3 has names with blanks between them, and a protocol's
   own names replace those of all. In 2.4 a protocol with
   "mail_plugins { name = yes }" adds to those of all, and "doveconf -f" prints
   what it adds only; "mail_plugins = names" replaces them there, too. */

/* Returns the names of the plugins that are enabled, NULL-terminated, on the data
   stack. The last that is said of a name counts. conf is the whole
   configuration. */
const char *const *
coexist_plugin_list_get(const struct coexist_doveconf_block *conf,
			const char *protocol);

/* Returns TRUE if a block "protocol NAME" or "protocol !NAME" is for the protocol. */
bool coexist_plugin_list_is_for(const struct coexist_doveconf_block *block,
				const char *protocol);

#endif
