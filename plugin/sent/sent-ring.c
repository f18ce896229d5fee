/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in sent-ring.h. */

#include "lib.h"
#include "sent-ring.h"
#include "file-create-locked.h"
#include "index-root.h"
#include "mail-user.h"
#include "read-full.h"
#include "write-full.h"

#include <sys/stat.h>
#include <unistd.h>

/* Of the host's byte order: a file of another one is as good as damaged. */
struct ring_header {
	char magic[8];
	uint32_t version;
	uint32_t record_size;
};

static const struct ring_header expected_header = {
	.magic = { 'c', 'o', 'e', 'x', 's', 'e', 'n', 't' },
	.version = 4,
	.record_size = sizeof(struct coexist_sent_record)
};

struct ring_file {
	struct ring_header header;
	struct coexist_sent_record records[COEXIST_SENT_RING_SIZE];
};

struct coexist_sent_ring {
	struct mail_user *user;
	struct file_lock *lock;
	int fd;
	char *path;
	uint64_t last_number;
	struct ring_file file;
};

static void ring_log(const struct coexist_sent_ring *ring, const char *failed)
{
	e_warning(ring->user->event, "coexist: %s(%s) failed: %m", failed,
		  ring->path);
}

/* Returns TRUE if the file was read, and is a ring. */
static bool ring_read(struct coexist_sent_ring *ring)
{
	struct stat st;

	return fstat(ring->fd, &st) == 0 &&
		st.st_size == (off_t)sizeof(ring->file) &&
		pread_full(ring->fd, &ring->file, sizeof(ring->file), 0) > 0 &&
		memcmp(&ring->file.header, &expected_header,
		       sizeof(expected_header)) == 0;
}

static int ring_make(struct coexist_sent_ring *ring)
{
	i_zero(&ring->file);
	ring->file.header = expected_header;
	if (ftruncate(ring->fd, 0) < 0 ||
	    pwrite_full(ring->fd, &ring->file, sizeof(ring->file), 0) < 0) {
		ring_log(ring, "write");
		return -1;
	}
	return 0;
}

static int ring_open(struct coexist_sent_ring *ring, unsigned int timeout_secs)
{
	struct file_create_settings set = {
		.lock_timeout_secs = timeout_secs,
		.lock_settings = { .lock_method = FILE_LOCK_METHOD_FCNTL }
	};
	struct coexist_index_root root;
	const char *error;
	bool created;

	if (!coexist_index_root_find(ring->user, COEXIST_SENT_RING_FILE_NAME,
				     &root))
		return -1;
	ring->path = i_strconcat(root.folder, "/"COEXIST_SENT_RING_FILE_NAME,
				 NULL);
	set.mode = (int)root.mode.mode;
	set.gid = root.mode.gid;
	set.gid_origin = root.mode.gid_origin;
	if (coexist_index_root_create(&root, &error) < 0)
		ring->fd = -1;
	else
		ring->fd = file_create_locked(ring->path, &set, &ring->lock,
					      &created, &error);
	if (ring->fd == -1) {
		e_warning(ring->user->event, "coexist: Can't lock %s: %s",
			  ring->path, error);
		return -1;
	}
	return 0;
}

static void ring_free(struct coexist_sent_ring *ring)
{
	i_free(ring->path);
	i_free(ring);
}

/* Returns FALSE if no ring has such numbers. */
static bool ring_find_last(struct coexist_sent_ring *ring)
{
	const struct coexist_sent_record *record = ring->file.records;
	unsigned int i;

	for (i = 0; i < COEXIST_SENT_RING_SIZE; i++, record++)
		ring->last_number = I_MAX(ring->last_number, record->number);
	return ring->last_number <= INT64_MAX;
}

static int ring_make_anew(struct coexist_sent_ring *ring)
{
	ring->last_number = 0;
	return ring_make(ring);
}

struct coexist_sent_ring *
coexist_sent_ring_lock(struct mail_user *user, unsigned int timeout_secs)
{
	struct coexist_sent_ring *ring = i_new(struct coexist_sent_ring, 1);
	bool ready;

	ring->user = user;
	T_BEGIN {
		ready = ring_open(ring, timeout_secs) == 0;
	} T_END;
	if (!ready) {
		ring_free(ring);
		return NULL;
	}
	if ((!ring_read(ring) || !ring_find_last(ring)) &&
	    ring_make_anew(ring) < 0)
		coexist_sent_ring_unlock(&ring);
	return ring;
}

void coexist_sent_ring_unlock(struct coexist_sent_ring **_ring)
{
	struct coexist_sent_ring *ring = *_ring;

	*_ring = NULL;
	if (ring == NULL)
		return;
	file_lock_free(&ring->lock);
	i_close_fd(&ring->fd);
	ring_free(ring);
}

const struct coexist_sent_record *
coexist_sent_ring_records(const struct coexist_sent_ring *ring)
{
	return ring->file.records;
}

static void ring_write(struct coexist_sent_ring *ring, unsigned int slot)
{
	off_t offset = offsetof(struct ring_file, records) +
		slot * sizeof(ring->file.records[0]);

	if (pwrite_full(ring->fd, &ring->file.records[slot],
			sizeof(ring->file.records[0]), offset) < 0)
		ring_log(ring, "pwrite");
}

void coexist_sent_ring_add(struct coexist_sent_ring *ring,
			   const struct coexist_sent_record *record)
{
	uint64_t number = ++ring->last_number;
	unsigned int slot = number % COEXIST_SENT_RING_SIZE;

	ring->file.records[slot] = *record;
	ring->file.records[slot].number = number;
	ring_write(ring, slot);
}

void coexist_sent_ring_change(struct coexist_sent_ring *ring,
			      const struct coexist_sent_record *record,
			      enum coexist_sent_kind kind,
			      const struct coexist_sent_place *place)
{
	unsigned int slot = record - ring->file.records;

	ring->file.records[slot].kind = kind;
	ring->file.records[slot].place = *place;
	guid_128_empty(ring->file.records[slot].guid);
	ring_write(ring, slot);
}
