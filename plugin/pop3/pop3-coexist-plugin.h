/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_COEXIST_PLUGIN_H
#define COEXIST_POP3_COEXIST_PLUGIN_H

struct module;

extern const char *pop3_coexist_plugin_version;
extern const char *pop3_coexist_plugin_dependencies[];
extern const char pop3_coexist_plugin_binary_dependency[];

void pop3_coexist_plugin_init(struct module *module);
void pop3_coexist_plugin_deinit(void);

#endif
