/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STORE_STATUS_H
#define COEXIST_STORE_STATUS_H

/* The status of a look at the store, whether Dovecot's dict or a file answers. */

enum coexist_store_status {
	COEXIST_STORE_FOUND,
	COEXIST_STORE_NOT_FOUND,
	/* what the store holds is no document */
	COEXIST_STORE_GARBAGE,
	/* it could not be told: the store is away */
	COEXIST_STORE_FAILED
};

#endif
