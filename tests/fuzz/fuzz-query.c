/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever the auth process answers to doveadm's question about the gate, the question
   has an end. The input is what comes out of the socket. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "auth-query.h"
#include "compat-doveadm.h"
#include "net.h"

#include <sys/socket.h>

/* What auth-query.c asks of doveadm, and of the host. */

static struct doveadm_settings settings = { .base_dir = "/nonexistent" };
__typeof__(doveadm_settings) doveadm_settings = &settings;

static struct fuzz_input answers;
static int auth_fd = -1;

/* The auth process has said already all that it says. */
int net_connect_unix(const char *path ATTR_UNUSED)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0 ||
	    write(fds[1], answers.data, answers.size) !=
	    (ssize_t)answers.size || shutdown(fds[1], SHUT_WR) < 0)
		i_fatal("socketpair() failed: %m");
	auth_fd = fds[1];
	return fds[0];
}

static void check_answers(void)
{
	struct event *event = event_create(NULL);
	struct coexist_auth_query *query = coexist_auth_query_new(event);
	const char *word;
	int ret = 1;

	/* each answer is a line of it at least */
	while (query != NULL && ret >= 0) {
		word = NULL;
		ret = coexist_auth_query_gate(query, "imap", &word);
		i_assert((ret > 0) == (word != NULL));
		i_assert(word == NULL || strlen(word) <= answers.size);
	}
	coexist_auth_query_free(query);
	i_close_fd(&auth_fd);
	event_unref(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_init();
	answers.data = data;
	answers.size = size;
	T_BEGIN {
		check_answers();
	} T_END;
	return 0;
}
