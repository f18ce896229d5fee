/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any file is the ring of what was stored in \Sent, or is made anew; and what is added
   to it is there. The input is how the file is damaged: places and bytes. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "index-root.h"
#include "lib-event.h"
#include "mail-user.h"
#include "sent-ring.h"

/* What sent-ring.c asks of a session. */

bool coexist_index_root_find(struct mail_user *user ATTR_UNUSED,
			     const char *file_name ATTR_UNUSED,
			     struct coexist_index_root *root_r)
{
	i_zero(root_r);
	root_r->folder = fuzz_folder();
	root_r->mode.mode = 0600;
	root_r->mode.gid = (gid_t)-1;
	return TRUE;
}

int coexist_index_root_create(const struct coexist_index_root *root ATTR_UNUSED,
			      const char **error_r ATTR_UNUSED)
{
	return 0;
}

/* As in sent-ring.c: the header and the records. */
#define HEADER_SIZE 16
#define FILE_SIZE (HEADER_SIZE + \
	COEXIST_SENT_RING_SIZE * sizeof(struct coexist_sent_record))

/* A file of ours, changed in places: most bytes of a random one would do nothing. */
static void ring_damage(struct fuzz_input *input)
{
	static unsigned char file[FILE_SIZE + 16];
	const struct {
		char magic[8];
		uint32_t version, record_size;
	} header = {
		{ 'c', 'o', 'e', 'x', 's', 'e', 'n', 't' }, 4,
		sizeof(struct coexist_sent_record)
	};
	size_t size = FILE_SIZE;

	i_zero(&file);
	memcpy(file, &header, sizeof(header));
	if (fuzz_bool(input))
		size = fuzz_uint32(input) % sizeof(file);
	while (input->size > 0) {
		size_t place = fuzz_uint32(input) % sizeof(file);
		unsigned int count = fuzz_byte(input);

		for (; count > 0 && place < sizeof(file); count--)
			file[place++] = fuzz_byte(input);
	}
	(void)fuzz_file(COEXIST_SENT_RING_FILE_NAME, file, size);
}

static void record_make(struct fuzz_input *input,
			struct coexist_sent_record *record_r)
{
	unsigned char *bytes = (unsigned char *)record_r;
	size_t i;

	i_zero(record_r);
	for (i = 0; i < sizeof(*record_r); i++)
		bytes[i] = fuzz_byte(input);
}

static const struct coexist_sent_record *
record_find(const struct coexist_sent_ring *ring, uint64_t number)
{
	const struct coexist_sent_record *records =
		coexist_sent_ring_records(ring);
	unsigned int i;

	for (i = 0; i < COEXIST_SENT_RING_SIZE; i++) {
		if (records[i].number == number)
			return &records[i];
	}
	return NULL;
}

static uint64_t last_number(const struct coexist_sent_ring *ring)
{
	const struct coexist_sent_record *records =
		coexist_sent_ring_records(ring);
	uint64_t last = 0;
	unsigned int i;

	for (i = 0; i < COEXIST_SENT_RING_SIZE; i++)
		last = I_MAX(last, records[i].number);
	return last;
}

/* The newest record is the one that was added last, for the next session, too. */
static void
check_add(struct mail_user *user, struct coexist_sent_record *record)
{
	struct coexist_sent_ring *ring = coexist_sent_ring_lock(user, 0);
	const struct coexist_sent_record *found;

	i_assert(ring != NULL);
	record->number = last_number(ring) + 1;
	i_assert(record->number > 0);
	coexist_sent_ring_add(ring, record);
	found = record_find(ring, record->number);
	i_assert(memcmp(found, record, sizeof(*record)) == 0);
	coexist_sent_ring_unlock(&ring);

	ring = coexist_sent_ring_lock(user, 0);
	i_assert(ring != NULL && last_number(ring) == record->number);
	found = record_find(ring, record->number);
	i_assert(memcmp(found, record, sizeof(*record)) == 0);
	coexist_sent_ring_change(ring, found, COEXIST_SENT_PAIRED,
				 &record->place);
	coexist_sent_ring_unlock(&ring);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct coexist_sent_record record;
	struct mail_user user;

	fuzz_init();
	i_zero(&user);
	T_BEGIN {
		user.event = event_create(NULL);
		record_make(&input, &record);
		ring_damage(&input);
		check_add(&user, &record);
		check_add(&user, &record);
		(void)unlink(t_strconcat(fuzz_folder(), "/"
					 COEXIST_SENT_RING_FILE_NAME, NULL));
		event_unref(&user.event);
	} T_END;
	return 0;
}
