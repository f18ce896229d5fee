/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOVECONF_BLOCK_H
#define COEXIST_DOVECONF_BLOCK_H

/* The configuration as a tree of blocks, parsed from what doveconf prints. */

struct coexist_doveconf_setting {
	const char *name;
	const char *value;
	struct coexist_doveconf_setting *next;
};

/* A block such as passdb NAME { ... }, or all of the configuration. */
struct coexist_doveconf_block {
	/* e.g. "passdb", and the rest of the line before the brace, perhaps
	   empty */
	const char *type;
	const char *name;
	struct coexist_doveconf_setting *settings;
	/* in the order of the configuration */
	struct coexist_doveconf_block *children;
	struct coexist_doveconf_block *parent, *next;
};

/* Parses what doveconf has printed. Returns the whole configuration as a block
   without a type and name, from the pool. What is no setting and no block is
   passed over, and one brace too many or too few does no harm. */
struct coexist_doveconf_block *
coexist_doveconf_parse(pool_t pool, const char *output);

/* Returns the setting of the block, or the default. */
const char *
coexist_doveconf_get(const struct coexist_doveconf_block *block,
		     const char *name, const char *default_value);
/* Returns the next of these blocks with this type, or NULL. */
const struct coexist_doveconf_block *
coexist_doveconf_find(const struct coexist_doveconf_block *block,
		      const char *type);

/* Goes through those children of a block that have this type, in order. */
#define COEXIST_DOVECONF_FOREACH(block, parent, type) \
	for (block = coexist_doveconf_find((parent)->children, type); \
	     block != NULL; block = coexist_doveconf_find(block->next, type))

#endif
