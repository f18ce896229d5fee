/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-places.h. */

#include "lib.h"
#include "notice-places.h"
#include "array.h"
#include "str.h"
#include "uid-list.h"

/* With more, of a mailbox that POP3 never looks into, the list begins anew. */
#define PLACES_MAX 64

void coexist_notice_places_init(struct coexist_notice_places *places_r,
				uint32_t uidvalidity, uint32_t uid)
{
	t_array_init(&places_r->uids, 1);
	places_r->uidvalidity = uidvalidity;
	coexist_uid_list_add(&places_r->uids, uid);
}

bool coexist_notice_places_parse(const char *text,
				 struct coexist_notice_places *places_r)
{
	t_array_init(&places_r->uids, 4);
	places_r->uidvalidity = 0;
	if (text != NULL &&
	    str_parse_uint32(text, &places_r->uidvalidity, &text) == 0 &&
	    *text == ':' &&
	    coexist_uid_list_parse(text + 1, &places_r->uids) == 0 &&
	    coexist_uid_list_count(&places_r->uids) <= PLACES_MAX)
		return TRUE;
	array_clear(&places_r->uids);
	return FALSE;
}

const char *
coexist_notice_places_format(const struct coexist_notice_places *places)
{
	string_t *text = t_str_new(64);

	str_printfa(text, "%u:", places->uidvalidity);
	coexist_uid_list_write(text, &places->uids);
	return str_c(text);
}

const char *
coexist_notice_places_add(const char *text,
			  const struct coexist_notice_places *places)
{
	struct coexist_notice_places replaced;

	if (!coexist_notice_places_parse(text, &replaced) ||
	    replaced.uidvalidity != places->uidvalidity ||
	    coexist_uid_list_count(&replaced.uids) == PLACES_MAX)
		return coexist_notice_places_format(places);
	array_append_array(&replaced.uids, &places->uids);
	return coexist_notice_places_format(&replaced);
}
