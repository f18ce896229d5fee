/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_BLOCK_H
#define COEXIST_GATE_BLOCK_H

#include "compat-auth.h"

struct coexist_gate;

/* The blocks of configuration that name the gate: each passdb { driver =
   coexist }, for each protocol that it is configured for. */

/* Dovecot has one for all blocks that are the same. */
struct coexist_passdb_module {
	struct passdb_module module;
	struct coexist_gate *gate;
};

struct coexist_gate_block {
	struct coexist_gate_block *next;

	const struct auth *auth;
	const struct auth_passdb *db;
	/* NULL when the auth process is about to end */
	struct coexist_gate *gate;
	/* the first of all blocks with the same gate, maybe this one */
	const struct coexist_gate_block *first;
	struct coexist_auth_passdb_filters filters;
};

/* Finds all blocks, once: to be called when passdbs are initialised. Their driver
   is known by its name's address. */
void coexist_gate_blocks_find(const char *driver_name);
/* A module ends: its blocks have no gate any more. */
void coexist_gate_blocks_end(const struct coexist_passdb_module *module);
/* Forgets the blocks. */
void coexist_gate_blocks_free(void);

/* Returns the first block, or the one after this, or NULL. */
const struct coexist_gate_block *
coexist_gate_block_next(const struct coexist_gate_block *block);
/* Returns the first block that decides about the login, or the one after this,
   or NULL: of the login's protocol, not filtered by its mechanism or its user's
   name, and with a gate that none of these before it has. One gate decides once. */
const struct coexist_gate_block *
coexist_gate_block_next_for(const struct coexist_gate_block *block,
			    struct auth_request *request);

#endif
