/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OLD_NAME_H
#define COEXIST_OLD_NAME_H

struct module;

/* What Dovecot looks up in a plugin, by the plugin's name. */
#define COEXIST_OLD_SYMBOL(what) COEXIST_OLD_JOIN(COEXIST_OLD_NAME, what)
#define COEXIST_OLD_JOIN(name, what) COEXIST_OLD_PASTE(name, what)
#define COEXIST_OLD_PASTE(name, what) name##_plugin_##what

extern const char *COEXIST_OLD_SYMBOL(version);
extern const char *COEXIST_OLD_SYMBOL(dependencies)[];

void COEXIST_OLD_SYMBOL(init)(struct module *module);
void COEXIST_OLD_SYMBOL(deinit)(void);

#endif
