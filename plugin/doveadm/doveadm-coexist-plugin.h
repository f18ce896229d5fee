/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOVEADM_COEXIST_PLUGIN_H
#define COEXIST_DOVEADM_COEXIST_PLUGIN_H

struct module;

extern const char *doveadm_coexist_plugin_version;

void doveadm_coexist_plugin_init(struct module *module);
void doveadm_coexist_plugin_deinit(void);

#endif
