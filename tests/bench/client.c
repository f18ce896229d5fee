/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in client.h. */

#include "client.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_END_LENGTH 8

double client_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int client_connect(in_port_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const void *)&address,
			      sizeof(address)) < 0)
		err(1, "connect");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

void client_send(int fd, const char *format, ...)
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

void client_read(int fd, const char *begin, const char *end)
{
	static char buffer[65536];
	const size_t begin_length = strlen(begin), end_length = strlen(end);
	size_t tail = 0;
	bool checked = false;

	for (;;) {
		/* what could be the first bytes of the end stays in front */
		ssize_t ret = read(fd, buffer + tail, sizeof(buffer) - tail);

		if (ret <= 0)
			errx(1, "the server hung up");
		tail += (size_t)ret;
		if (!checked && tail >= begin_length) {
			if (memcmp(buffer, begin, begin_length) != 0)
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

void client_close(int fd)
{
	char rest;

	while (read(fd, &rest, 1) > 0) ;
	close(fd);
}

double client_run(unsigned int clients,
		  void (*run)(unsigned int client, void *context),
		  void *context)
{
	double start = client_now();
	unsigned int i;
	int status;

	for (i = 0; i < clients; i++) {
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			alarm(CLIENT_PATIENCE_SECS);
			run(i, context);
			_exit(0);
		}
	}
	for (i = 0; i < clients; i++) {
		if (wait(&status) < 0 || status != 0)
			errx(1, "a client failed");
	}
	return client_now() - start;
}

void client_print(double seconds)
{
	printf("%.9f\n", seconds);
	fflush(stdout);
}
