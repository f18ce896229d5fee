/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POSTFIX_CONF_H
#define COEXIST_POSTFIX_CONF_H

/* Postfix's configuration, as its own postconf(1) and postmap(1) tell it. Everything
   is on the data stack. */

/* Returns the value of a parameter in main.cf, or NULL if there is no Postfix. */
const char *coexist_postfix_get(const char *name);
/* Returns the services of master.cf that have the parameter themselves and what they
   have, as lines "<service>/<type>/<name> = <value>". */
const char *const *coexist_postfix_services(const char *name);

/* Returns the words of a list of tables or restrictions, which may be written with
   commas. */
const char *const *coexist_postfix_words(const char *list);
/* Returns what the first of these tables that knows the key has for it, or NULL. What
   is not the name of a table is passed over. */
const char *
coexist_postfix_look_up(const char *const *tables, const char *key);

#endif
