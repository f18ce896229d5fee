/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logins and logouts, one after the other, of several users in turn.

     login-load pop3|imap PORT USERS PASSWORD COUNT CLIENTS

   USERS is a list of names with commas between them. COUNT sessions are shared
   by CLIENTS clients; no two have the same users if there are as many users for
   each client. Prints the time in
   seconds. Anything but success ends it with an error. */

#include "client.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_USERS 1000
#define LINE_END "\r\n"

struct logins {
	void (*session)(int fd, const char *user, const char *password);
	in_port_t port;
	const char *users[MAX_USERS];
	unsigned int user_count;
	const char *password;
	/* of each client */
	unsigned int count;
	unsigned int clients;
};

static void pop3_session(int fd, const char *user, const char *password)
{
	client_read(fd, "+OK", LINE_END);
	client_send(fd, "USER %s\r\n", user);
	client_read(fd, "+OK", LINE_END);
	client_send(fd, "PASS %s\r\n", password);
	client_read(fd, "+OK", LINE_END);
	/* the reply to PASS may come before the mailbox was opened */
	client_send(fd, "STAT\r\n");
	client_read(fd, "+OK", LINE_END);
	client_send(fd, "QUIT\r\n");
	client_read(fd, "+OK", LINE_END);
}

static void imap_session(int fd, const char *user, const char *password)
{
	client_read(fd, "* OK", LINE_END);
	client_send(fd, "a LOGIN %s %s\r\n", user, password);
	client_read(fd, "a OK", LINE_END);
	client_send(fd, "b LOGOUT\r\n");
	client_read(fd, "* BYE", LINE_END);
}

static void logins_run(unsigned int client, void *context)
{
	const struct logins *logins = context;
	unsigned int i;
	int fd;

	for (i = 0; i < logins->count; i++) {
		fd = client_connect(logins->port);
		logins->session(fd, logins->users[(client +
						   i * logins->clients) %
						  logins->user_count],
				logins->password);
		client_close(fd);
	}
}

static void users_read(struct logins *logins, char *list)
{
	char *user;

	for (user = strtok(list, ","); user != NULL; user = strtok(NULL, ",")) {
		if (logins->user_count == MAX_USERS)
			errx(64, "too many users");
		logins->users[logins->user_count++] = user;
	}
	if (logins->user_count == 0)
		errx(64, "no users");
}

int main(int argc, char *argv[])
{
	struct logins logins = { .user_count = 0 };
	int clients;

	if (argc != 7)
		errx(64, "usage: login-load pop3|imap PORT USERS PASSWORD "
		     "COUNT CLIENTS");
	if (strcmp(argv[1], "pop3") == 0)
		logins.session = pop3_session;
	else if (strcmp(argv[1], "imap") == 0)
		logins.session = imap_session;
	else
		errx(64, "no such protocol: %s", argv[1]);
	logins.port = (in_port_t)atoi(argv[2]);
	users_read(&logins, argv[3]);
	logins.password = argv[4];
	clients = atoi(argv[6]);
	if (clients <= 0)
		errx(64, "no clients");
	logins.clients = (unsigned int)clients;
	logins.count = (unsigned int)(atoi(argv[5]) / clients);

	client_print(client_run((unsigned int)clients, logins_run, &logins));
	return 0;
}
