/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-sessions.h. */

#include "lib.h"
#include "admin-sessions.h"
#include "istream.h"
#include "net.h"
#include "write-full.h"
#include "compat-anvil.h"
#include "compat-doveadm.h"
#include "coexist-admin.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define REQUEST COEXIST_ANVIL_HANDSHAKE "CONNECT-DUMP\n"
#define ANSWER_MSECS 5000
/* Longer than any name of a user that the auth process takes. */
#define MAX_LINE_LENGTH (64 * 1024)
#define HIBERNATE "imap-hibernate"

static const char *anvil_path(void)
{
	return t_strconcat(doveadm_settings->base_dir, "/"COEXIST_ANVIL_SOCKET,
			   NULL);
}

/* Returns the connection; -1 and an error, which is NULL if nobody listens. */
static int anvil_connect(const char **error_r)
{
	int fd = net_connect_unix(anvil_path());

	if (fd != -1)
		return fd;
	*error_r = errno == ENOENT || errno == ECONNREFUSED ? NULL :
		errno != EACCES ?
		t_strdup_printf("connect(%s) failed: %m", anvil_path()) :
		t_strdup_printf("connect(%s) failed: %m. Run doveadm as root, "
				"or let its user in: service anvil { "
				"unix_listener anvil { user = … } }",
				anvil_path());
	return -1;
}

/* Returns the next line, or NULL if there will be none. */
static const char *line_next(struct istream *input)
{
	struct pollfd polled = {
		.fd = i_stream_get_fd(input), .events = POLLIN
	};
	const char *line;

	while ((line = i_stream_next_line(input)) == NULL) {
		if (poll(&polled, 1, ANSWER_MSECS) <= 0 ||
		    i_stream_read(input) < 0)
			return NULL;
	}
	return line;
}

/* Dovecot 2.3 gives the sleepers of imap-hibernate the service of their sessions. */
static bool is_sleepers_process(pid_t pid)
{
	char name[32] = "";
	const char *path = t_strdup_printf("/proc/%ld/comm", (long)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return FALSE;
	if (read(fd, name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	i_close_fd(&fd);
	return strncmp(name, HIBERNATE, strlen(HIBERNATE)) == 0;
}

static enum coexist_protocol service_protocol(const char *service)
{
	return strcmp(service, HIBERNATE) == 0 ? COEXIST_PROTOCOL_IMAP :
		coexist_protocol_find(service);
}

static void
line_add(const char *text, pool_t pool,
	 ARRAY_TYPE(coexist_open_session) *sessions)
{
	struct coexist_anvil_line line;
	struct coexist_open_session *session;
	enum coexist_protocol protocol;

	if (!coexist_anvil_line_parse(text, &line) || line.count == 0)
		return;
	protocol = service_protocol(line.service);
	if (protocol == COEXIST_PROTOCOL_OTHER)
		return;
	session = array_append_space(sessions);
	session->user = p_strdup(pool, line.user);
	session->service = p_strdup(pool, line.service);
	session->protocol = protocol;
	session->address = p_strdup(pool, line.address);
	session->pid = line.pid;
	session->guid = p_strdup(pool, line.guid);
	session->count = line.count;
	session->is_hibernated = strcmp(line.service, HIBERNATE) == 0 ||
		(protocol == COEXIST_PROTOCOL_IMAP &&
		 is_sleepers_process(line.pid));
}

/* Returns FALSE if the list had no end. */
static bool list_read(struct istream *input, pool_t pool,
		      ARRAY_TYPE(coexist_open_session) *sessions)
{
	unsigned int skip = COEXIST_ANVIL_GREETING_LINES +
		COEXIST_ANVIL_HEADER_LINES;
	const char *line;

	while ((line = line_next(input)) != NULL) {
		if (skip > 0) {
			skip--;
			continue;
		}
		if (*line == '\0')
			return TRUE;
		T_BEGIN {
			line_add(line, pool, sessions);
		} T_END;
	}
	return FALSE;
}

static int
user_cmp(const struct coexist_open_session *a,
	 const struct coexist_open_session *b)
{
	int ret = strcmp(a->user, b->user);

	return ret != 0 ? ret : (int)a->protocol - (int)b->protocol;
}

int coexist_admin_sessions_read(const struct coexist_admin *admin ATTR_UNUSED,
				pool_t pool,
				ARRAY_TYPE(coexist_open_session) *sessions,
				const char **error_r)
{
	struct istream *input;
	int fd = anvil_connect(error_r), ret = -1;

	if (fd == -1)
		return *error_r == NULL ? 0 : -1;
	input = i_stream_create_fd(fd, MAX_LINE_LENGTH);
	if (write_full(fd, REQUEST, strlen(REQUEST)) == 0 &&
	    list_read(input, pool, sessions)) {
		array_sort(sessions, user_cmp);
		ret = 1;
	} else {
		*error_r = t_strdup_printf("%s does not answer", anvil_path());
	}
	i_stream_unref(&input);
	i_close_fd(&fd);
	return ret;
}

int coexist_admin_session_kick(const struct coexist_open_session *session,
			       const char **error_r)
{
	const char *command =
		coexist_anvil_kick_command(session->user, session->guid);
	struct istream *input;
	int fd, ret = -1;

	if (command == NULL)
		return 0;
	fd = anvil_connect(error_r);
	if (fd == -1)
		return *error_r == NULL ? 0 : -1;
	command = t_strconcat(COEXIST_ANVIL_HANDSHAKE, command, NULL);
	input = i_stream_create_fd(fd, MAX_LINE_LENGTH);
	/* the greeting, and how many */
	if (write_full(fd, command, strlen(command)) == 0 &&
	    line_next(input) != NULL && line_next(input) != NULL)
		ret = 1;
	else
		*error_r = t_strdup_printf("%s does not answer", anvil_path());
	i_stream_unref(&input);
	i_close_fd(&fd);
	return ret;
}

bool coexist_open_session_is(const struct coexist_open_session *a,
			     const struct coexist_open_session *b)
{
	return a->pid == b->pid && strcmp(a->user, b->user) == 0 &&
		strcmp(a->service, b->service) == 0 &&
		strcmp(a->address, b->address) == 0 &&
		strcmp(a->guid, b->guid) == 0;
}
