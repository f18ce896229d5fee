/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <netinet/in.h>
#include <stddef.h>

/* What the load generators have in common: connections to a server on this
   machine that cost next to nothing. Any error ends the process. */

/* A server that says nothing for so long ends the benchmark. */
#define CLIENT_PATIENCE_SECS 300

/* Seconds since some point in time. */
double client_now(void);
int client_connect(in_port_t port);
void client_send(int fd, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Reads a reply up to its end, which nothing may follow, and demands that it
   begins like this. */
void client_read(int fd, const char *begin, const char *end);
/* Closes the connection after the server has: then all is done. */
void client_close(int fd);

/* Runs the clients, a process each, and returns the seconds until the last one
   has ended. */
double client_run(unsigned int clients,
		  void (*run)(unsigned int client, void *context),
		  void *context);
/* The result, for the benchmark. */
void client_print(double seconds);

#endif
