/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMMAND_USAGE_H
#define COEXIST_COMMAND_USAGE_H

struct doveadm_cmd_ver2;

/* The answer to doveadm coexist without a command, with help (or --help, which 2.4
   answers by itself), or with one that there is not: what was wrong, and the usage of all commands. Dovecot prints the
   usage without the first, and of policy without the options.

   Dovecot takes the first command that is registered and whose words all match, so
   this one has to be registered behind the others. */
extern struct doveadm_cmd_ver2 coexist_command_usage;

#endif
