/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_BATCH_H
#define COEXIST_RETENTION_BATCH_H

#include "retention-run.h"

/* The batches in which retention removes messages, a transaction each. Moves or
   expunges what is due, unless it is stopped. Returns 0, or -1 after logging. */
int coexist_retention_batches_run(struct coexist_retention *ret);

#endif
