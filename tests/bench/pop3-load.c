/* A POP3 client that costs next to nothing, so that what the benchmarks time
   is the server.

     pop3-load PORT USER PASSWORD login
     pop3-load PORT USER PASSWORD retr COUNT [INTERVAL-MSECS]
     pop3-load PORT USER PASSWORD sessions COUNT CLIENTS

   login     the time from PASS to the reply to STAT, because that to PASS may
             come before the mailbox was opened; the session stays open until
             standard input ends
   retr      RETR of the first COUNT messages, one after the other, and QUIT:
             the time from the first RETR until the server hung up; with an
             interval, a RETR starts that long after the one before it
   sessions  COUNT sessions of login, STAT and QUIT by CLIENTS clients at once

   Prints the time in seconds. Anything but +OK ends it with an error. */

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A server that says nothing for so long ends the benchmark. */
#define PATIENCE_SECS 300

#define LINE_END "\r\n"
#define MULTILINE_END "\r\n.\r\n"
#define MAX_END_LENGTH 5

struct account {
	in_port_t port;
	const char *user;
	const char *password;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void sleep_until(double when)
{
	double left = when - now();

	if (left > 0)
		usleep((useconds_t)(left * 1e6));
}

/* Reads a reply up to its end, which nothing may follow, and demands that it
   is a positive one. */
static void reply_read(int fd, const char *end)
{
	static char buffer[65536];
	const size_t end_length = strlen(end);
	size_t tail = 0;
	bool checked = false;

	for (;;) {
		/* what could be the first bytes of the end stays in front */
		ssize_t ret = read(fd, buffer + tail, sizeof(buffer) - tail);

		if (ret <= 0)
			errx(1, "the server hung up");
		tail += (size_t)ret;
		if (!checked && tail >= 3) {
			if (memcmp(buffer, "+OK", 3) != 0)
				errx(1, "refused: %.*s", (int)tail, buffer);
			checked = true;
		}
		if (tail >= end_length && memcmp(buffer + tail - end_length,
						 end, end_length) == 0)
			return;
		if (checked && tail > MAX_END_LENGTH) {
			memmove(buffer, buffer + tail - MAX_END_LENGTH,
				MAX_END_LENGTH);
			tail = MAX_END_LENGTH;
		}
	}
}

static void __attribute__((format(printf, 2, 3)))
command_send(int fd, const char *format, ...)
{
	char line[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (write(fd, line, (size_t)length) != length)
		err(1, "write");
}

static int session_connect(const struct account *account)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(account->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const void *)&address,
			      sizeof(address)) < 0)
		err(1, "connect");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	reply_read(fd, LINE_END);
	return fd;
}

/* Returns how long PASS and STAT took. */
static double session_login(int fd, const struct account *account)
{
	double start;

	command_send(fd, "USER %s\r\n", account->user);
	reply_read(fd, LINE_END);
	start = now();
	command_send(fd, "PASS %s\r\n", account->password);
	reply_read(fd, LINE_END);
	command_send(fd, "STAT\r\n");
	reply_read(fd, LINE_END);
	return now() - start;
}

static void session_quit(int fd)
{
	char rest;

	command_send(fd, "QUIT\r\n");
	reply_read(fd, LINE_END);
	/* until the server closes it: then what QUIT does is done */
	while (read(fd, &rest, 1) > 0) ;
	close(fd);
}

static void result_print(double seconds)
{
	printf("%.9f\n", seconds);
	fflush(stdout);
}

static void login_run(const struct account *account)
{
	int fd = session_connect(account);
	char ignored;

	result_print(session_login(fd, account));
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
	start = now();
	for (i = 0; i < count; i++) {
		sleep_until(start + i * interval_msecs / 1e3);
		command_send(fd, "RETR %u\r\n", i + 1);
		reply_read(fd, MULTILINE_END);
	}
	session_quit(fd);
	return now() - start;
}

static void sessions_run(const struct account *account, unsigned int count)
{
	int fd;

	for (; count > 0; count--) {
		fd = session_connect(account);
		(void)session_login(fd, account);
		session_quit(fd);
	}
}

static double
sessions_time(const struct account *account, unsigned int count,
	      unsigned int clients)
{
	double start = now();
	unsigned int i;
	int status;

	for (i = 0; i < clients; i++) {
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			alarm(PATIENCE_SECS);
			sessions_run(account, count / clients);
			_exit(0);
		}
	}
	for (i = 0; i < clients; i++) {
		if (wait(&status) < 0 || status != 0)
			errx(1, "a client failed");
	}
	return now() - start;
}

int main(int argc, char *argv[])
{
	struct account account;
	unsigned int count, extra;
	const char *action;

	if (argc < 5)
		errx(64, "usage: pop3-load PORT USER PASSWORD "
		     "login | retr COUNT [INTERVAL-MSECS] | "
		     "sessions COUNT CLIENTS");
	account.port = (in_port_t)atoi(argv[1]);
	account.user = argv[2];
	account.password = argv[3];
	action = argv[4];
	count = argc > 5 ? (unsigned int)atoi(argv[5]) : 0;
	extra = argc > 6 ? (unsigned int)atoi(argv[6]) : 0;

	alarm(PATIENCE_SECS);
	if (strcmp(action, "login") == 0)
		login_run(&account);
	else if (strcmp(action, "retr") == 0)
		result_print(retr_time(&account, count, extra));
	else if (strcmp(action, "sessions") == 0 && extra > 0)
		result_print(sessions_time(&account, count, extra));
	else
		errx(64, "no such action: %s", action);
	return 0;
}
