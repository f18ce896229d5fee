/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-list.h. */

#include "policy-list.h"

#include <string.h>

bool coexist_list_next(const char **list, const char **item_r,
		       size_t *length_r)
{
	const char *p = *list;

	while (coexist_list_is_separator(*p))
		p++;
	if (*p == '\0')
		return false;

	if (*p == '"') {
		const char *end = strchr(p + 1, '"');
		size_t length = end == NULL ? strlen(p + 1) :
			(size_t)(end - (p + 1));

		*item_r = p + 1;
		*length_r = length;
		*list = p + 1 + length + (end == NULL ? 0 : 1);
		return true;
	}
	*item_r = p;
	while (*p != '\0' && !coexist_list_is_separator(*p))
		p++;
	*length_r = (size_t)(p - *item_r);
	*list = p;
	return true;
}
