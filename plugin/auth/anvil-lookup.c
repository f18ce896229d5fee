/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in anvil-lookup.h. */

#include "lib.h"
#include "anvil-lookup.h"
#include "ioloop.h"
#include "istream.h"
#include "net.h"
#include "compat-anvil.h"
#include "session-table.h"

#include <unistd.h>

#define REQUEST "CONNECT-DUMP\n"
#define ANSWER_TIMEOUT_MSECS 2000
/* Longer than any name of a user that the auth process takes. */
#define MAX_LINE_LENGTH (64 * 1024)

struct coexist_anvil_lookup {
	char *path;
	coexist_anvil_lookup_callback_t *callback;
	void *context;

	/* -1 while there is no connection */
	int fd;
	struct istream *input;
	struct io *io;
	/* lines to pass over before the next session */
	unsigned int skip_lines;

	/* the answer so far, NULL while there is no question */
	struct coexist_session_table *table;
	struct timeout *to_answer;
};

static void disconnect(struct coexist_anvil_lookup *lookup)
{
	io_remove(&lookup->io);
	i_stream_destroy(&lookup->input);
	if (lookup->fd != -1)
		i_close_fd(&lookup->fd);
}

/* Ends the question, if there is one. */
static void
answer(struct coexist_anvil_lookup *lookup,
       struct coexist_session_table *table, const char *error)
{
	lookup->table = NULL;
	timeout_remove(&lookup->to_answer);
	lookup->callback(table, error, lookup->context);
}

static void fail(struct coexist_anvil_lookup *lookup, const char *error)
{
	disconnect(lookup);
	if (lookup->table == NULL)
		return;
	coexist_session_table_free(lookup->table);
	answer(lookup, NULL, error);
}

static void answer_timeout(struct coexist_anvil_lookup *lookup)
{
	T_BEGIN {
		fail(lookup, t_strdup_printf("%s does not answer",
					     lookup->path));
	} T_END;
}

/* Returns FALSE at the end of the answer. */
static bool line_read(struct coexist_anvil_lookup *lookup, const char *line)
{
	struct coexist_anvil_line sessions;

	if (lookup->skip_lines > 0) {
		lookup->skip_lines--;
		return TRUE;
	}
	if (*line == '\0')
		return FALSE;
	T_BEGIN {
		if (coexist_anvil_line_parse(line, &sessions)) {
			coexist_session_table_add(lookup->table, sessions.user,
						  sessions.service,
						  sessions.address,
						  sessions.count);
		}
	} T_END;
	return TRUE;
}

static void lookup_input(struct coexist_anvil_lookup *lookup)
{
	const char *line;
	int ret = (int)i_stream_read(lookup->input);

	while (lookup->table != NULL &&
	       (line = i_stream_next_line(lookup->input)) != NULL) {
		if (!line_read(lookup, line))
			answer(lookup, lookup->table, NULL);
	}
	if (ret < 0) T_BEGIN {
		fail(lookup, t_strdup_printf("%s has ended the connection",
					     lookup->path));
	} T_END;
}

static int lookup_connect(struct coexist_anvil_lookup *lookup)
{
	lookup->fd = net_connect_unix(lookup->path);
	if (lookup->fd == -1)
		return -1;
	lookup->input = i_stream_create_fd(lookup->fd, MAX_LINE_LENGTH);
	lookup->io = io_add_istream(lookup->input, lookup_input, lookup);
	lookup->skip_lines = COEXIST_ANVIL_GREETING_LINES;
	return 0;
}

/* A question is small, and the one before it was answered: it fits. */
static bool say(struct coexist_anvil_lookup *lookup, const char *text)
{
	return write(lookup->fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static int lookup_send(struct coexist_anvil_lookup *lookup)
{
	if (lookup->fd == -1 && (lookup_connect(lookup) < 0 ||
				 !say(lookup, COEXIST_ANVIL_HANDSHAKE)))
		return -1;
	return say(lookup, REQUEST) ? 0 : -1;
}

void coexist_anvil_lookup_ask(struct coexist_anvil_lookup *lookup)
{
	if (lookup->table != NULL)
		return;
	lookup->table = coexist_session_table_new();
	/* an idle connection may have ended without being noticed yet */
	if (lookup_send(lookup) < 0) {
		disconnect(lookup);
		if (lookup_send(lookup) < 0) T_BEGIN {
			fail(lookup, t_strdup_printf("connect(%s) failed: %m",
						     lookup->path));
		} T_END;
	}
	if (lookup->table == NULL)
		return;
	lookup->skip_lines += COEXIST_ANVIL_HEADER_LINES;
	lookup->to_answer = timeout_add(ANSWER_TIMEOUT_MSECS, answer_timeout,
					lookup);
}

struct coexist_anvil_lookup *
coexist_anvil_lookup_new(const char *path,
			   coexist_anvil_lookup_callback_t *callback,
			   void *context)
{
	struct coexist_anvil_lookup *lookup =
		i_new(struct coexist_anvil_lookup, 1);

	lookup->path = i_strdup(path);
	lookup->callback = callback;
	lookup->context = context;
	lookup->fd = -1;
	return lookup;
}

void coexist_anvil_lookup_free(struct coexist_anvil_lookup *lookup)
{
	if (lookup == NULL)
		return;
	disconnect(lookup);
	timeout_remove(&lookup->to_answer);
	coexist_session_table_free(lookup->table);
	i_free(lookup->path);
	i_free(lookup);
}
