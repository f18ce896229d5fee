/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module under one of the names that mail_plugins had for parts of coexist,
   COEXIST_OLD_NAME: it can be loaded, with coexist, and does nothing. */

#include "lib.h"
#include "old-name.h"
#include "compat-version.h"

const char *COEXIST_OLD_SYMBOL(version) = DOVECOT_ABI_VERSION;
const char *COEXIST_OLD_SYMBOL(dependencies)[] = { "coexist", NULL };

void COEXIST_OLD_SYMBOL(init)(struct module *module ATTR_UNUSED)
{
}

void COEXIST_OLD_SYMBOL(deinit)(void)
{
}
