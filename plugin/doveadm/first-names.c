/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in first-names.h. */

#include "lib.h"
#include "first-names.h"
#include "str.h"

#define FIRST_NAMES_MAX 5

void coexist_first_names_add(struct coexist_first_names *names, pool_t pool,
			     const char *name)
{
	if (names->count++ >= FIRST_NAMES_MAX)
		return;
	if (names->text == NULL)
		names->text = str_new(pool, 128);
	else
		str_append(names->text, ", ");
	str_append(names->text, name);
}

const char *coexist_first_names_get(const struct coexist_first_names *names)
{
	if (names->text == NULL)
		return "";
	return t_strconcat(str_c(names->text),
			   names->count > FIRST_NAMES_MAX ? ", ..." : "", NULL);
}
