/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_USERDB_REACH_H
#define COEXIST_USERDB_REACH_H

#include <stdbool.h>

struct coexist_admin;

/* What the userdbs can't say, by their drivers: auth passes over those that are of no
   use for a question, and answers as if there were none. The first answer costs a doveconf. */

/* Returns FALSE if one of them knows users whom it never lists, or if that can't be
   found out. */
bool coexist_userdbs_list_all(const struct coexist_admin *admin);

/* Returns FALSE if none of them can be asked for a user by name. */
bool coexist_userdbs_find(const struct coexist_admin *admin);

#endif
