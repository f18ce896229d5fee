/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SENT_HEADER_H
#define COEXIST_SENT_HEADER_H

struct istream;

/* The header of a message that somebody sends (RFC 5322), as far as it tells which
   message it is. Message-ID alone does not: programs store another one than they
   sent, send a second message under the first one's, or have none. */

#define COEXIST_SENT_KEY_SIZE 16

struct coexist_sent_keys {
	/* of Message-ID and Date; zero if one of them is missing */
	unsigned char id[COEXIST_SENT_KEY_SIZE];
	/* of From, To, Cc, Subject and Date; zero if there is no Date */
	unsigned char look[COEXIST_SENT_KEY_SIZE];
	/* of Message-ID, From, To, Cc and Subject: a program that stores its
	   copy a second later may give that another Date. Zero if there is no
	   Message-ID or no Date */
	unsigned char undated[COEXIST_SENT_KEY_SIZE];
};

struct coexist_sent_header {
	struct coexist_sent_keys keys;
	/* it has been on its way already: a Received line */
	bool received;
	/* nobody wrote it: Auto-Submitted (RFC 3834), or a report (RFC 6522)
	   such as a read receipt */
	bool automatic;
};

/* Reads the header from where the stream is. White space does not count, because
   programs fold lines differently. Returns 0, or -1 if the stream can't be read. */
int coexist_sent_header_read(struct istream *input,
			     struct coexist_sent_header *header_r);

/* Returns TRUE if both have the key. */
bool coexist_sent_key_equals(const unsigned char *key1,
			     const unsigned char *key2);

#endif
