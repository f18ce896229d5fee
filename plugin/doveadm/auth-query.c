/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in auth-query.h. */

#include "lib.h"
#include "auth-query.h"
#include "base64.h"
#include "istream.h"
#include "lib-event.h"
#include "net.h"
#include "str.h"
#include "write-full.h"
#include "compat-doveadm.h"
#include "gate-query.h"

#include <poll.h>
#include <unistd.h>

#define SOCKET "auth-client"
#define ANSWER_MSECS 5000
#define MAX_LINE 8192

/* What any mechanism is told. It fits a name, a password and the answer of
   CRAM-MD5. */
#define RESPONSE "coexist-preflight@invalid 00000000000000000000000000000000"
#define MAX_RESPONSES 4

struct coexist_auth_query {
	struct event *event;
	int fd;
	struct istream *input;
	char *mechanism;
	unsigned int id;
};

static const char *encode(const void *data, size_t size)
{
	string_t *str = t_str_new(128);

	base64_encode(data, size, str);
	return str_c(str);
}

static bool query_send(struct coexist_auth_query *query, const char *lines)
{
	return write_full(query->fd, lines, strlen(lines)) == 0;
}

/* Returns the words of the next line that has any, or NULL if there will be none. */
static const char *const *query_hear(struct coexist_auth_query *query)
{
	struct pollfd polled = { .fd = query->fd, .events = POLLIN };
	const char *line;

	for (;;) {
		line = i_stream_next_line(query->input);
		if (line != NULL && *line != '\0')
			return t_strsplit(line, "\t");
		if (line == NULL &&
		    (poll(&polled, 1, ANSWER_MSECS) <= 0 ||
		     i_stream_read(query->input) < 0))
			return NULL;
	}
}

/* A mechanism that sends no name in its first message takes more of them, and
   nobody but a part of Dovecot may use one that is private. */
static void
mechanism_choose(struct coexist_auth_query *query, const char *const *words)
{
	bool is_plain = null_strcmp(words[1], "PLAIN") == 0;

	if (words[1] == NULL || str_array_find(words + 2, "private") ||
	    (query->mechanism != NULL && !is_plain))
		return;
	i_free(query->mechanism);
	query->mechanism = i_strdup(words[1]);
}

static bool query_greet(struct coexist_auth_query *query)
{
	const char *const *words;

	if (!query_send(query, t_strdup_printf("VERSION\t1\t1\nCPID\t%d\n",
					       (int)getpid())))
		return FALSE;
	do {
		words = query_hear(query);
		if (words == NULL)
			return FALSE;
		if (strcmp(words[0], "MECH") == 0)
			mechanism_choose(query, words);
	} while (strcmp(words[0], "DONE") != 0);
	return query->mechanism != NULL;
}

struct coexist_auth_query *coexist_auth_query_new(struct event *event)
{
	struct coexist_auth_query *query;
	const char *path = t_strconcat(doveadm_settings->base_dir, "/"SOCKET,
				       NULL);
	int fd = net_connect_unix(path);

	if (fd == -1) {
		e_debug(event, "coexist: connect(%s) failed: %m", path);
		return NULL;
	}
	query = i_new(struct coexist_auth_query, 1);
	query->event = event;
	query->fd = fd;
	query->input = i_stream_create_fd(fd, MAX_LINE);
	if (!query_greet(query)) {
		e_debug(event, "coexist: %s does not answer", path);
		coexist_auth_query_free(query);
		return NULL;
	}
	return query;
}

void coexist_auth_query_free(struct coexist_auth_query *query)
{
	if (query == NULL)
		return;
	i_stream_unref(&query->input);
	i_close_fd(&query->fd);
	i_free(query->mechanism);
	i_free(query);
}

/* What PLAIN can't read is not looked up in any database. With a certificate, or
   dovecot.conf may have the login fail before anybody hears of it. */
static bool
query_begin(struct coexist_auth_query *query, const char *service)
{
	const char *first = strcmp(query->mechanism, "PLAIN") != 0 ? "" :
		t_strconcat("\tresp=", encode(RESPONSE, strlen(RESPONSE)),
			    NULL);

	return query_send(query, t_strdup_printf(
		"AUTH\t%u\t%s\tservice=%s\tnologin\tno-penalty\tsecured\t"
		"valid-client-cert\tcert_username=coexist-preflight@invalid\t"
		"session="COEXIST_GATE_QUERY_SESSION"%s\n", ++query->id,
		query->mechanism, service, first));
}

static const char *word_find(const char *const *words)
{
	const size_t length = strlen(COEXIST_GATE_QUERY_FIELD"=");

	for (; *words != NULL; words++) {
		if (strncmp(*words, COEXIST_GATE_QUERY_FIELD"=", length) == 0)
			return *words + length;
	}
	return NULL;
}

int coexist_auth_query_gate(struct coexist_auth_query *query,
			    const char *service, const char **word_r)
{
	const char *const *words;
	unsigned int i;

	if (!query_begin(query, service))
		return -1;
	for (i = 0; i < MAX_RESPONSES; i++) {
		words = query_hear(query);
		if (words == NULL)
			return -1;
		if (strcmp(words[0], "CONT") != 0)
			break;
		if (!query_send(query, t_strdup_printf("CONT\t%u\t%s\n",
				query->id,
				encode(RESPONSE, strlen(RESPONSE)))))
			return -1;
	}
	*word_r = word_find(words);
	e_debug(query->event, "coexist: The auth process says of %s: %s",
		service, *word_r == NULL ? "(nothing)" : *word_r);
	return *word_r == NULL ? 0 : 1;
}
