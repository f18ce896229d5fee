/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SUBMISSION_LIVE_H
#define COEXIST_SUBMISSION_LIVE_H

struct client;

/* The live enforcement (live-session.h) of sessions of the submission service: those
   that have to end are told so by 421 (RFC 5321, section 3.8). A message that is under
   way is finished. */

/* To be called when the client is created. */
void submission_live_create(struct client *client);

/* The process begins to listen, and stops. */
void submission_live_init(void);
void submission_live_deinit(void);

#endif
