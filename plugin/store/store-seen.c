/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in store-seen.h. */

#include "lib.h"
#include "store-seen.h"
#include "compat-master.h"
#include "site-config.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEN_FILE_NAME "dovecot-coexist.store-seen"

static const char *seen_path(void)
{
	return t_strconcat(coexist_compat_state_dir(), "/"SEEN_FILE_NAME, NULL);
}

bool coexist_store_was_seen(void)
{
	struct stat st;

	return lstat(seen_path(), &st) == 0;
}

bool coexist_store_needs_marker(const struct coexist_site_config *config,
				bool was_seen)
{
	return was_seen ||
		coexist_site_number(config, COEXIST_SITE_on_store_error) ==
		COEXIST_ON_STORE_ERROR_TEMPFAIL;
}

void coexist_store_note_seen(void)
{
	int fd;

	if (coexist_store_was_seen())
		return;
	fd = open(seen_path(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	i_close_fd(&fd);
}
