/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_ANVIL_H
#define COEXIST_COMPAT_ANVIL_H

#include "compat-version.h"
#include "strescape.h"

/* Anvil's list of sessions (CONNECT-DUMP): a line for each, an empty line at
   the end. Dovecot 2.4 has before it a line that is of no use here and may be
   empty as well, and greets a new connection with a version. */

/* Since 2.4.0: ef09ea047e "anvil: Change VERSION line to be bidirectional and
   add -client/server suffix", 82b47d94ba "anvil, doveadm: Add alt usernames to
   CONNECT-DUMP output". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define COEXIST_ANVIL_HANDSHAKE "VERSION\tanvil-client\t2\t0\n\n"
#define COEXIST_ANVIL_GREETING_LINES 1
#define COEXIST_ANVIL_HEADER_LINES 1
#else
#define COEXIST_ANVIL_HANDSHAKE "VERSION\tanvil\t1\t0\n"
#define COEXIST_ANVIL_GREETING_LINES 0
#define COEXIST_ANVIL_HEADER_LINES 0
#endif

/* The socket that answers it, in Dovecot's base_dir, and what lets the auth
   process use it. From Dovecot 2.4.4 on, it may anyway. A reload keeps the
   socket of before, with its owner and mode (services_listen_using() in
   master/service-listen.c). */
#define COEXIST_ANVIL_SOCKET "anvil"
#define COEXIST_ANVIL_REMEDY \
	"service anvil { unix_listener anvil { user = %s } } and a restart " \
	"of Dovecot, as a reload keeps that socket"

/* Sessions of a user that a line is about. */
struct coexist_anvil_line {
	const char *user;
	/* e.g. "imap" or "imap-hibernate" */
	const char *service;
	/* empty if the client has none */
	const char *address;
	unsigned int count;
	pid_t pid;
	/* of the connection, empty where anvil has none */
	const char *guid;
};

/* Reads a line to the data stack. Returns FALSE if it is not about sessions of
   a user on this host. */
static inline bool
coexist_anvil_line_parse(const char *line, struct coexist_anvil_line *line_r)
{
	const char *const *args = t_strsplit_tabescaped(line);
	/* Since 2.4.0: b5a4098b22 "anvil, doveadm: Simplify CONNECT-DUMP output
	   format", 400d645142 "anvil, doveadm: Add support for tracking proxy
	   session destination IP". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	/* pid, user, service, address, GUID, address of the host that the
	   session was proxied to, … */
	if (str_array_length(args) < 6 || *args[5] != '\0' ||
	    str_to_pid(args[0], &line_r->pid) < 0)
		return FALSE;
	line_r->user = args[1];
	line_r->service = args[2];
	line_r->address = args[3];
	line_r->guid = args[4];
	line_r->count = 1;
	return TRUE;
#else
	/* service/address/user, pid, how many of them */
	const char *address, *user;

	if (str_array_length(args) < 3 ||
	    str_to_pid(args[1], &line_r->pid) < 0 ||
	    str_to_uint(args[2], &line_r->count) < 0 ||
	    (address = strchr(args[0], '/')) == NULL ||
	    (user = strchr(++address, '/')) == NULL)
		return FALSE;
	line_r->service = t_strcut(args[0], '/');
	line_r->address = t_strdup_until(address, user);
	line_r->user = t_str_tabunescape(user + 1);
	line_r->guid = "";
	return TRUE;
#endif
}

/* Returns the command by which anvil ends one session, on the data stack, or NULL
   where anvil can't. */
static inline const char *
coexist_anvil_kick_command(const char *user ATTR_UNUSED,
			   const char *guid ATTR_UNUSED)
{
	/* Since 2.4.0: 947e690e14 "anvil: Implement KICK-USER and KICK-ALT-USER
	   commands". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return t_strdup_printf("KICK-USER\t%s\t%s\n",
			       str_tabescape(user), str_tabescape(guid));
#else
	return NULL;
#endif
}

#endif
