/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_AUTH_COEXIST_H
#define COEXIST_AUTH_COEXIST_H

struct module;

extern struct passdb_module_interface coexist_passdb_interface;
extern struct userdb_module_interface coexist_userdb_interface;

extern const char *authdb_coexist_version;

void authdb_coexist_init(struct module *module);
void authdb_coexist_deinit(void);

#endif
