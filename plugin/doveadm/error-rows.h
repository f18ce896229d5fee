/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ERROR_ROWS_H
#define COEXIST_ERROR_ROWS_H

struct doveadm_cmd_ver2;

/* Error messages as rows of a command's answer. Dovecot's HTTP API answers a command
   that failed by its exit code alone and drops its rows, while the text is in the log. With
   the parameter "errors" a command of ours ends with 0 there. Each row then begins with
   the columns error and exit_code, which are null but in the rows of the errors: these
   come last, and their other columns are null. Without the parameter, and on the command line, nothing changes. */

/* Registers a command of doveadm with that parameter. The command has to live as long
   as the module. */
void coexist_error_rows_register(const struct doveadm_cmd_ver2 *cmd);
/* Frees what was registered. Dovecot must not run the commands any more. */
void coexist_error_rows_deinit(void);

#endif
