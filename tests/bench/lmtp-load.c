/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deliveries over one LMTP connection, one after the other.

     lmtp-load PORT USERS COUNT SIZE

   USERS is a list of names with commas between them, which get COUNT messages
   of about SIZE bytes in turn. Prints the time from the first MAIL until the
   server hung up after QUIT: what it does when a delivery was answered is part
   of it. Anything but success ends it with an error. */

#include "client.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_USERS 1000
#define LINE_END "\r\n"

static const char body_line[] =
	"The quick brown fox jumps over the lazy dog, and then does it again.\r\n";

struct deliveries {
	const char *users[MAX_USERS];
	unsigned int user_count;
	unsigned int count;
	size_t size;
	int fd;
};

static void users_read(struct deliveries *deliveries, char *list)
{
	char *user;

	for (user = strtok(list, ","); user != NULL; user = strtok(NULL, ",")) {
		if (deliveries->user_count == MAX_USERS)
			errx(64, "too many users");
		deliveries->users[deliveries->user_count++] = user;
	}
	if (deliveries->user_count == 0)
		errx(64, "no users");
}

/* Returns a message of about that many bytes with the end that DATA needs, to
   be freed. */
static char *message_make(unsigned int number, size_t size, size_t *length_r)
{
	char *text = malloc(size + 1024), *end = text;

	if (text == NULL)
		err(1, "malloc");
	end += sprintf(end, "From: Sender <sender@example.org>\r\n"
		       "To: owner@example.org\r\nSubject: Message %u\r\n"
		       "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n"
		       "Message-ID: <%u@bench.example.org>\r\n"
		       "MIME-Version: 1.0\r\n"
		       "Content-Type: text/plain; charset=us-ascii\r\n\r\n",
		       number, number);
	do {
		memcpy(end, body_line, sizeof(body_line) - 1);
		end += sizeof(body_line) - 1;
	} while ((size_t)(end - text) < size);
	memcpy(end, ".\r\n", 3);
	*length_r = (size_t)(end - text) + 3;
	return text;
}

static void deliver(const struct deliveries *deliveries, unsigned int number)
{
	size_t length, sent = 0;
	char *text = message_make(number, deliveries->size, &length);
	ssize_t ret;

	client_send(deliveries->fd, "MAIL FROM:<sender@example.org>\r\n");
	client_read(deliveries->fd, "250", LINE_END);
	client_send(deliveries->fd, "RCPT TO:<%s>\r\n",
		    deliveries->users[number % deliveries->user_count]);
	client_read(deliveries->fd, "250", LINE_END);
	client_send(deliveries->fd, "DATA\r\n");
	client_read(deliveries->fd, "354", LINE_END);
	for (; sent < length; sent += (size_t)ret) {
		ret = write(deliveries->fd, text + sent, length - sent);
		if (ret < 0)
			err(1, "write");
	}
	free(text);
	client_read(deliveries->fd, "250", LINE_END);
}

static void deliveries_run(struct deliveries *deliveries)
{
	unsigned int i;

	for (i = 0; i < deliveries->count; i++)
		deliver(deliveries, i);
	client_send(deliveries->fd, "QUIT\r\n");
	client_read(deliveries->fd, "221", LINE_END);
	client_close(deliveries->fd);
}

int main(int argc, char *argv[])
{
	struct deliveries deliveries = { .user_count = 0 };
	double start;

	if (argc != 5)
		errx(64, "usage: lmtp-load PORT USERS COUNT SIZE");
	alarm(CLIENT_PATIENCE_SECS);
	users_read(&deliveries, argv[2]);
	deliveries.count = (unsigned int)atoi(argv[3]);
	deliveries.size = (size_t)atol(argv[4]);
	deliveries.fd = client_connect((in_port_t)atoi(argv[1]));
	client_read(deliveries.fd, "220", LINE_END);
	client_send(deliveries.fd, "LHLO localhost\r\n");
	client_read(deliveries.fd, "250", LINE_END);
	start = client_now();
	deliveries_run(&deliveries);
	client_print(client_now() - start);
	return 0;
}
