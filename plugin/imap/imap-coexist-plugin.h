/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_IMAP_COEXIST_PLUGIN_H
#define COEXIST_IMAP_COEXIST_PLUGIN_H

struct module;

extern const char *imap_coexist_plugin_version;
extern const char *imap_coexist_plugin_dependencies[];
extern const char imap_coexist_plugin_binary_dependency[];

void imap_coexist_plugin_init(struct module *module);
void imap_coexist_plugin_deinit(void);

#endif
