/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SUBMISSION_HOOKS_H
#define COEXIST_SUBMISSION_HOOKS_H

/* What is done for clients of the submission service (RFC 6409). */

/* Hooks the part into the process if that has submission clients. */
void coexist_submission_hooks_init(void);
void coexist_submission_hooks_deinit(void);

#endif
