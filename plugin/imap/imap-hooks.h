/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_IMAP_HOOKS_H
#define COEXIST_IMAP_HOOKS_H

/* What an IMAP session tells its client. */

/* Hooks the part into the process if that has IMAP clients. */
void coexist_imap_hooks_init(void);
void coexist_imap_hooks_deinit(void);

#endif
