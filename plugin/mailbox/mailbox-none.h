/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAILBOX_NONE_H
#define COEXIST_MAILBOX_NONE_H

#include "mail-error.h"

struct mailbox;

/* Returns TRUE if the error, by which the mailbox can't be opened, means that the user has
   no such mailbox: it is not there, or an ACL denies it. Any other error passes, as that of
   a folder which the operating system does not let us have. */
bool coexist_mailbox_is_none(struct mailbox *box, enum mail_error error);

#endif
