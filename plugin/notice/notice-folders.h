/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_FOLDERS_H
#define COEXIST_NOTICE_FOLDERS_H

struct mail_user;

/* Search path of the texts: the folders that the site setting template_dir names,
   of which the last one comes first, and then the one that was installed. Returns
   it with NULL at the end, on the data stack. A setting that can't be read is
   logged, and names no folder. */
const char *const *coexist_notice_folders_get(struct mail_user *user);

#endif
