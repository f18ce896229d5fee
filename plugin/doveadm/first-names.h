/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_FIRST_NAMES_H
#define COEXIST_FIRST_NAMES_H

/* The first of many names, as many as fit into a row. */

struct coexist_first_names {
	unsigned int count;
	/* NULL as long as there are none */
	string_t *text;
};

/* Adds a name, and counts it in any case. The text is from the pool. */
void coexist_first_names_add(struct coexist_first_names *names, pool_t pool,
			     const char *name);
/* Returns the first names with commas between them, and dots for the others, on the data
   stack: empty if there are none. */
const char *
coexist_first_names_get(const struct coexist_first_names *names);

#endif
