/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_IMAP_OWNER_H
#define COEXIST_IMAP_OWNER_H

struct client;

/* Announces METADATA-SERVER (RFC 5464: annotations of the server only) to the client of
   a mailbox whose owner may choose something: without it no program looks. */
void imap_owner_create(struct client *client);

#endif
