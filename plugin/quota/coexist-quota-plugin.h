/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_PLUGIN_H
#define COEXIST_QUOTA_PLUGIN_H

struct module;

extern const char *coexist_quota_plugin_version;
extern const char *coexist_quota_plugin_dependencies[];

void coexist_quota_plugin_init(struct module *module);
void coexist_quota_plugin_deinit(void);

#endif
