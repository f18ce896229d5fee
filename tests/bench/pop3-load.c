/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A POP3 client that costs next to nothing, so that what the benchmarks time
   is the server.

     pop3-load PORT USER PASSWORD login
     pop3-load PORT USER PASSWORD retr COUNT [INTERVAL-MSECS]
     pop3-load PORT USER PASSWORD dele COUNT
     pop3-load PORT USER PASSWORD sessions COUNT CLIENTS

   login     the time from PASS to the reply to STAT, because that to PASS may
             come before the mailbox was opened; the session stays open until
             standard input ends
   retr      RETR of the first COUNT messages, one after the other, and QUIT:
             the time from the first RETR until the server hung up; with an
             interval, a RETR starts that long after the one before it
   dele      DELE of the first COUNT messages, and QUIT: the time from QUIT to
             the reply to it
   sessions  COUNT sessions of login, STAT and QUIT by CLIENTS clients at once

   Prints the time in seconds. Anything but +OK ends it with an error. */

#include "client.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_END "\r\n"
#define MULTILINE_END "\r\n.\r\n"

struct account {
	in_port_t port;
	const char *user;
	const char *password;
};

static void sleep_until(double when)
{
	double left = when - client_now();

	if (left > 0)
		usleep((useconds_t)(left * 1e6));
}

static void reply_read(int fd, const char *end)
{
	client_read(fd, "+OK", end);
}

static int session_connect(const struct account *account)
{
	int fd = client_connect(account->port);

	reply_read(fd, LINE_END);
	return fd;
}

/* Returns how long PASS and STAT took. */
static double session_login(int fd, const struct account *account)
{
	double start;

	client_send(fd, "USER %s\r\n", account->user);
	reply_read(fd, LINE_END);
	start = client_now();
	client_send(fd, "PASS %s\r\n", account->password);
	reply_read(fd, LINE_END);
	client_send(fd, "STAT\r\n");
	reply_read(fd, LINE_END);
	return client_now() - start;
}

static void session_quit(int fd)
{
	client_send(fd, "QUIT\r\n");
	reply_read(fd, LINE_END);
	client_close(fd);
}

static void login_run(const struct account *account)
{
	int fd = session_connect(account);
	char ignored;

	client_print(session_login(fd, account));
	while (read(STDIN_FILENO, &ignored, 1) > 0) ;
	session_quit(fd);
}

static double
retr_time(const struct account *account, unsigned int count,
	  unsigned int interval_msecs)
{
	int fd = session_connect(account);
	unsigned int i;
	double start;

	(void)session_login(fd, account);
	start = client_now();
	for (i = 0; i < count; i++) {
		sleep_until(start + i * interval_msecs / 1e3);
		client_send(fd, "RETR %u\r\n", i + 1);
		reply_read(fd, MULTILINE_END);
	}
	session_quit(fd);
	return client_now() - start;
}

static double dele_time(const struct account *account, unsigned int count)
{
	int fd = session_connect(account);
	unsigned int i;
	double start;

	(void)session_login(fd, account);
	for (i = 0; i < count; i++) {
		client_send(fd, "DELE %u\r\n", i + 1);
		reply_read(fd, LINE_END);
	}
	start = client_now();
	session_quit(fd);
	return client_now() - start;
}

/* What each of the clients has to do. */
struct sessions {
	const struct account *account;
	unsigned int count;
};

static void sessions_run(unsigned int client, void *context)
{
	const struct sessions *sessions = context;
	unsigned int i;
	int fd;

	(void)client;
	for (i = 0; i < sessions->count; i++) {
		fd = session_connect(sessions->account);
		(void)session_login(fd, sessions->account);
		session_quit(fd);
	}
}

static double
sessions_time(const struct account *account, unsigned int count,
	      unsigned int clients)
{
	struct sessions sessions = {
		.account = account,
		.count = count / clients
	};

	return client_run(clients, sessions_run, &sessions);
}

int main(int argc, char *argv[])
{
	struct account account;
	unsigned int count, extra;
	const char *action;

	if (argc < 5)
		errx(64, "usage: pop3-load PORT USER PASSWORD "
		     "login | retr COUNT [INTERVAL-MSECS] | "
		     "dele COUNT | sessions COUNT CLIENTS");
	account.port = (in_port_t)atoi(argv[1]);
	account.user = argv[2];
	account.password = argv[3];
	action = argv[4];
	count = argc > 5 ? (unsigned int)atoi(argv[5]) : 0;
	extra = argc > 6 ? (unsigned int)atoi(argv[6]) : 0;

	alarm(CLIENT_PATIENCE_SECS);
	if (strcmp(action, "login") == 0)
		login_run(&account);
	else if (strcmp(action, "retr") == 0)
		client_print(retr_time(&account, count, extra));
	else if (strcmp(action, "dele") == 0)
		client_print(dele_time(&account, count));
	else if (strcmp(action, "sessions") == 0 && extra > 0)
		client_print(sessions_time(&account, count, extra));
	else
		errx(64, "no such action: %s", action);
	return 0;
}
