/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LAST_USE_H
#define COEXIST_LAST_USE_H

#include "policy-decision.h"

struct ip_addr;

/* The last use of a mailbox by each protocol: a day, and perhaps the client's
   address. In the mailbox's state (mailbox-state.h) it is one line,

     last_use=20790 imap=20811 pop3=20790@192.0.2.1

   in days since 1970-01-01, UTC. The first number is the day of the first note:
   what is not named was not used since then, and before nobody knows. */

#define COEXIST_STATE_LAST_USE "last_use"

struct coexist_last_use {
	/* 0 if nothing was ever noted */
	uint64_t since;
	struct coexist_protocol_use {
		/* 0 if never */
		uint64_t day;
		/* "" if it was not noted */
		const char *address;
	} protocols[COEXIST_PROTOCOL_OTHER];
};

/* Reads the line's value, on the data stack: NULL, or one that is none of ours, is
   no use. A day after tomorrow was written while the clock was wrong, and is no
   day. */
void coexist_last_use_parse(const char *text, uint64_t today,
			    struct coexist_last_use *use_r);
/* Returns the line's value, on the data stack. */
const char *coexist_last_use_format(const struct coexist_last_use *use);

/* Notes a use today. Returns FALSE if that is noted already, whatever the address
   was: there is one note a day and protocol. */
bool coexist_last_use_note(struct coexist_last_use *use,
			   enum coexist_protocol protocol, uint64_t today,
			   const char *address);

/* Returns the address to note, on the data stack: of IPv6 the network of 64 bits,
   because what follows changes by itself (RFC 8981) and says no more. "" for a
   client without an address. */
const char *coexist_last_use_address(const struct ip_addr *ip);

#endif
