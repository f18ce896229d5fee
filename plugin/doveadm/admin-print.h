/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_PRINT_H
#define COEXIST_ADMIN_PRINT_H

#include "doveadm-print.h"

/* The columns of the rows that a command prints through doveadm's formatters. */

struct coexist_column {
	/* also the name in JSON; has to live as long as the command */
	const char *name;
	enum doveadm_print_header_flags flags;
};

#define COEXIST_TEXT_COLUMN(column_name) \
	{ .name = column_name, .flags = 0 }
#define COEXIST_NUMBER_COLUMN(column_name) \
	{ .name = column_name, .flags = DOVEADM_PRINT_HEADER_FLAG_NUMBER }

/* Adds columns, behind those that were added before. */
void coexist_print_columns(const struct coexist_column *columns,
			   unsigned int count);

/* The same for all of an array. */
#define COEXIST_PRINT_COLUMNS(columns) \
	coexist_print_columns(columns, N_ELEMENTS(columns))

#endif
