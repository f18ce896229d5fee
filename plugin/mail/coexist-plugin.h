/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_PLUGIN_H
#define COEXIST_PLUGIN_H

struct module;

extern const char *coexist_plugin_version;

void coexist_plugin_init(struct module *module);
void coexist_plugin_deinit(void);

#endif
