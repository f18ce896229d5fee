/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in userdb-query.h. */

#include "lib.h"
#include "userdb-query.h"
#include "ioloop.h"
#include "istream.h"
#include "llist.h"
#include "net.h"
#include "str.h"
#include "strescape.h"
#include "compat-user.h"
#include "live-schedule.h"

#include <poll.h>
#include <unistd.h>

/* The version of the protocol that all Dovecots speak (lib-auth/auth-master.c,
   lib-auth-client/auth-master.c). */
#define HANDSHAKE "VERSION\t1\t0\n"
#define ANSWER_TIMEOUT_MSECS (10 * 1000)
/* Dovecot's own limit (MAX_INBUF_SIZE of auth-master.c). */
#define MAX_LINE_LENGTH 8192

/* AUTH_WORKER_LOOKUP_TIMEOUT_SECS (auth/auth-worker-connection.c), and a bit. */
#define LAST_ANSWERS_SECS 65

struct coexist_userdb_query {
	/* of those that nobody calls for any more */
	struct coexist_userdb_query *prev, *next;

	/* NULL if nobody does */
	coexist_userdb_query_callback_t *callback;
	void *context;

	int fd;
	struct istream *input;
	struct io *io;
	struct timeout *to;
};

static struct coexist_userdb_query *left_queries = NULL;

static void query_free(struct coexist_userdb_query *query)
{
	if (query->callback == NULL)
		DLLIST_REMOVE(&left_queries, query);
	io_remove(&query->io);
	timeout_remove(&query->to);
	i_stream_destroy(&query->input);
	i_close_fd(&query->fd);
	i_free(query);
}

/* Leaves the connection to auth, which frees the query by answering. */
static void query_leave(struct coexist_userdb_query *query)
{
	timeout_remove(&query->to);
	query->callback = NULL;
	DLLIST_PREPEND(&left_queries, query);
}

void coexist_userdb_query_abort(struct coexist_userdb_query **_query)
{
	struct coexist_userdb_query *query = *_query;

	*_query = NULL;
	if (query == NULL)
		return;
	if (COEXIST_AUTH_NEEDS_WHO_ASKED)
		query_leave(query);
	else
		query_free(query);
}

/* The query ends. What it is answered with must not be in its input. */
static void
answer(struct coexist_userdb_query *query, const char *const *fields,
       const char *error)
{
	coexist_userdb_query_callback_t *callback = query->callback;
	void *context = query->context;

	query_free(query);
	if (callback != NULL)
		callback(fields, error, context);
}

/* Returns FALSE if it is not the answer. */
static bool line_handle(struct coexist_userdb_query *query, const char *line)
{
	const char *const *words = t_strsplit_tabescaped(line);

	/* an empty line */
	if (words[0] == NULL)
		return FALSE;
	if (strcmp(words[0], "USER") == 0 && str_array_length(words) >= 3)
		answer(query, words + 3, NULL);
	else if (strcmp(words[0], "NOTFOUND") == 0)
		answer(query, NULL, "no such user");
	else if (strcmp(words[0], "FAIL") == 0)
		answer(query, NULL, "the look-up failed");
	else
		return FALSE;
	return TRUE;
}

static void query_input(struct coexist_userdb_query *query)
{
	const char *line;
	int ret = (int)i_stream_read(query->input);

	while ((line = i_stream_next_line(query->input)) != NULL) {
		if (line_handle(query, line))
			return;
	}
	if (ret < 0)
		answer(query, NULL, "auth has ended the connection");
}

static void query_timeout(struct coexist_userdb_query *query)
{
	coexist_userdb_query_callback_t *callback = query->callback;
	void *context = query->context;

	coexist_userdb_query_abort(&query);
	callback(NULL, "auth does not answer", context);
}

static void
append_address(string_t *dest, char side, const struct ip_addr *ip,
	       in_port_t port)
{
	if (ip != NULL && ip->family != 0)
		str_printfa(dest, "\t%cip=%s", side, net_ip2addr(ip));
	if (port != 0)
		str_printfa(dest, "\t%cport=%u", side, port);
}

static const char *question(struct mail_user *user, const char *forward_fields)
{
	string_t *str = t_str_new(256);

	str_append(str, HANDSHAKE"USER\t1\t");
	str_append_tabescaped(str, user->username);
	str_printfa(str, "\t"COEXIST_AUTH_PROTOCOL"=%s", user->service);
	if (user->session_id != NULL) {
		str_append(str, "\tsession=");
		str_append_tabescaped(str, user->session_id);
	}
	append_address(str, 'l', user->conn.local_ip, user->conn.local_port);
	append_address(str, 'r', user->conn.remote_ip, user->conn.remote_port);
	str_append(str, "\tforward_fields=");
	str_append_tabescaped(str, forward_fields);
	str_append_c(str, '\n');
	return str_c(str);
}

/* The socket takes a question, which is small, at once or never. */
static int
query_send(struct mail_user *user, const char *text, const char **error_r)
{
	const char *path = user->set->auth_socket_path;
	int fd = net_connect_unix(path);
	size_t size = strlen(text);

	if (fd == -1) {
		*error_r = t_strdup_printf("connect(%s) failed: %m", path);
		return -1;
	}
	if (write(fd, text, size) == (ssize_t)size)
		return fd;
	*error_r = t_strdup_printf("write(%s) failed: %m", path);
	i_close_fd(&fd);
	return -1;
}

void coexist_userdb_query_deinit(void)
{
	time_t end = coexist_live_boot_time() + LAST_ANSWERS_SECS, now;
	struct pollfd pfd = { .events = POLLIN };

	while (left_queries != NULL) {
		now = coexist_live_boot_time();
		pfd.fd = left_queries->fd;
		if (now >= end)
			query_free(left_queries);
		else if (poll(&pfd, 1, (end - now) * 1000) > 0)
			query_input(left_queries);
		else if (errno != EINTR)
			end = now;
	}
}

struct coexist_userdb_query *
coexist_userdb_query_new(struct mail_user *user, const char *forward_fields,
			 coexist_userdb_query_callback_t *callback,
			 void *context, const char **error_r)
{
	struct coexist_userdb_query *query;
	int fd = query_send(user, question(user, forward_fields), error_r);

	if (fd == -1)
		return NULL;
	query = i_new(struct coexist_userdb_query, 1);
	query->callback = callback;
	query->context = context;
	query->fd = fd;
	query->input = i_stream_create_fd(fd, MAX_LINE_LENGTH);
	query->io = io_add_istream_to(io_loop_get_root(), query->input,
				      query_input, query);
	query->to = timeout_add_to(io_loop_get_root(), ANSWER_TIMEOUT_MSECS,
				   query_timeout, query);
	return query;
}
