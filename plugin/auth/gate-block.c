/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-block.h. */

#include "lib.h"
#include "gate-block.h"
#include "array.h"

static pool_t blocks_pool = NULL;
static struct coexist_gate_block *blocks = NULL;

static struct coexist_gate *gate_of(const struct auth_passdb *db)
{
	const struct coexist_passdb_module *module =
		(const struct coexist_passdb_module *)db->passdb;

	return module->gate;
}

static const struct coexist_gate_block *
first_find(const struct coexist_gate_block *new)
{
	const struct coexist_gate_block *block = blocks;

	while (block != NULL && block->gate != new->gate)
		block = block->next;
	return block != NULL ? block : new;
}

static struct coexist_gate_block *
block_new(const struct auth *auth, const struct auth_passdb *db)
{
	struct coexist_gate_block *block =
		p_new(blocks_pool, struct coexist_gate_block, 1);

	block->auth = auth;
	block->db = db;
	block->gate = gate_of(db);
	block->first = first_find(block);
	coexist_auth_passdb_get_filters(db, blocks_pool, &block->filters);
	return block;
}

void coexist_gate_blocks_find(const char *driver_name)
{
	struct coexist_gate_block *block, *last = NULL;
	const struct auth_passdb *db;
	struct auth *auth;

	if (blocks_pool != NULL)
		return;
	blocks_pool = pool_alloconly_create("coexist gate blocks", 512);
	array_foreach_elem(&auths, auth) {
		for (db = auth->passdbs; db != NULL; db = db->next) {
			if (db->passdb->iface.name != driver_name)
				continue;
			block = block_new(auth, db);
			if (last == NULL)
				blocks = block;
			else
				last->next = block;
			last = block;
		}
	}
}

void coexist_gate_blocks_end(const struct coexist_passdb_module *module)
{
	struct coexist_gate_block *block;

	for (block = blocks; block != NULL; block = block->next) {
		if (block->db->passdb == &module->module)
			block->gate = NULL;
	}
}

void coexist_gate_blocks_free(void)
{
	blocks = NULL;
	pool_unref(&blocks_pool);
}

const struct coexist_gate_block *
coexist_gate_block_next(const struct coexist_gate_block *block)
{
	return block == NULL ? blocks : block->next;
}

static bool
block_is_for(const struct coexist_gate_block *block,
	     const struct auth_request *request)
{
	const struct coexist_auth_passdb_filters *filters = &block->filters;

	return (filters->mechanisms == NULL ||
		str_array_icase_find(filters->mechanisms,
				     request->fields.mech_name)) &&
		(filters->usernames == NULL ||
		 auth_request_username_accepted(filters->usernames,
						request->fields.user));
}

static const struct coexist_gate_block *
next_for(const struct coexist_gate_block *block, struct auth_request *request)
{
	const struct auth *auth = auth_request_get_auth(request);

	do {
		block = coexist_gate_block_next(block);
	} while (block != NULL && (block->auth != auth ||
				   !block_is_for(block, request)));
	return block;
}

/* Returns TRUE if a block for the login before this one has the same gate. */
static bool
is_again(const struct coexist_gate_block *block, struct auth_request *request)
{
	const struct coexist_gate_block *before;

	if (block->first == block)
		return FALSE;
	before = next_for(NULL, request);
	while (before->first != block->first)
		before = next_for(before, request);
	return before != block;
}

const struct coexist_gate_block *
coexist_gate_block_next_for(const struct coexist_gate_block *block,
			    struct auth_request *request)
{
	do {
		block = next_for(block, request);
	} while (block != NULL && is_again(block, request));
	return block;
}
