/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_PROCESS_H
#define COEXIST_COMPAT_PROCESS_H

/* What only one kind of process has: imap its clients, pop3 its. The module is
   opened in all of them, with RTLD_NOW, and there these symbols stay NULL.
   All versions; the functions are in the program itself, not in a library.

   What delivers mail is in a library that only lmtp and lda have.

   To be included after imap-common.h, pop3-common.h, submission-common.h or
   mail-deliver.h. Only coexist_process_has_imap() and its like ask; what they let in may use the
   others without a question. */

#ifdef IMAP_COMMON_H
#pragma weak client_add_capability
#pragma weak client_destroy
#pragma weak imap_client_created_hook_set
#pragma weak imap_clients
#pragma weak imap_module_register
#pragma weak client_send_line

/* Returns TRUE in a process that has IMAP clients. */
static inline bool coexist_process_has_imap(void)
{
	return imap_client_created_hook_set != NULL;
}
#endif

#ifdef POP3_COMMON_H
#pragma weak client_destroy
#pragma weak pop3_client_created_hook_set
#pragma weak pop3_clients
#pragma weak pop3_module_register
#pragma weak client_send_line

/* Returns TRUE in a process that has POP3 clients. */
static inline bool coexist_process_has_pop3(void)
{
	return pop3_client_created_hook_set != NULL;
}
#endif

#ifdef SUBMISSION_COMMON_H
#pragma weak submission_client_created_hook_set
#pragma weak submission_clients
#pragma weak submission_module_register

/* Returns TRUE in a process that has submission clients. */
static inline bool coexist_process_has_submission(void)
{
	return submission_client_created_hook_set != NULL;
}
#endif

#ifdef MAIL_DELIVER_H
#pragma weak mail_deliver_hook_set

/* Returns TRUE in a process that delivers mail: lmtp, lda. */
static inline bool coexist_process_delivers(void)
{
	return mail_deliver_hook_set != NULL;
}
#endif

#endif
