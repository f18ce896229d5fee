/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_DUE_H
#define COEXIST_RETENTION_DUE_H

#include "retention-run.h"

struct mail;

/* The test of a message by which retention finds what is due. Returns when the
   message was downloaded if it is due, else 0. */
uint32_t coexist_due_since(struct coexist_retention *ret, struct mail *mail,
			   uint32_t seq);

#endif
