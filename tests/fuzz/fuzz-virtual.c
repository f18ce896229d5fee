/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes are the map that the virtual plugin keeps in an index, or are not. The input
   is a record of a message, and the map. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "mail-index.h"
#include "pop3-folders-map.h"

/* The only index, which has nothing but the map. */

static struct fuzz_input map, record;

struct mail_index *mail_index_view_get_index(struct mail_index_view *view)
{
	return (struct mail_index *)view;
}

bool mail_index_ext_lookup(struct mail_index *index ATTR_UNUSED,
			   const char *name ATTR_UNUSED, uint32_t *ext_id_r)
{
	*ext_id_r = 1;
	return TRUE;
}

void mail_index_get_header_ext(struct mail_index_view *view ATTR_UNUSED,
			       uint32_t ext_id ATTR_UNUSED,
			       const void **data_r, size_t *data_size_r)
{
	*data_r = map.data;
	*data_size_r = map.size;
}

void mail_index_lookup_ext(struct mail_index_view *view ATTR_UNUSED,
			   uint32_t seq ATTR_UNUSED, uint32_t ext_id ATTR_UNUSED,
			   const void **data_r, bool *expunged_r ATTR_UNUSED)
{
	*data_r = record.size == 0 ? NULL : record.data;
}

struct mail_index_transaction *
mail_index_transaction_begin(struct mail_index_view *view ATTR_UNUSED,
			     enum mail_index_transaction_flags flags ATTR_UNUSED)
{
	return NULL;
}

/* What is written lies within the map. */
void mail_index_update_header_ext(struct mail_index_transaction *t ATTR_UNUSED,
				  uint32_t ext_id ATTR_UNUSED, size_t offset,
				  const void *data ATTR_UNUSED, size_t size)
{
	i_assert(offset <= map.size && size <= map.size - offset);
}

int mail_index_transaction_commit(struct mail_index_transaction **t ATTR_UNUSED)
{
	return 0;
}

static void entry_check(const struct pop3_folders_map_entry *entry,
			void *context)
{
	unsigned int *count = context;

	i_assert(strlen(entry->name) <= map.size);
	pop3_folders_map_forget(NULL, 1, entry);
	(*count)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t record_size = 2 * sizeof(uint32_t);
	uint32_t ext_id, id, uid;
	unsigned int count = 0;

	fuzz_init();
	record.data = data;
	record.size = size < record_size ? 0 : record_size;
	map.data = data + record.size;
	map.size = size - record.size;
	T_BEGIN {
		if (pop3_folders_map_parse(NULL, &ext_id, entry_check, &count))
			i_assert(count <= map.size);
		(void)pop3_folders_map_lookup(NULL, 1, 1, &id, &uid);
	} T_END;
	return 0;
}
