/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_KICK_H
#define COEXIST_ADMIN_KICK_H

#include "policy-decision.h"

/* Whose sessions, and what with them. */
struct coexist_admin_kick {
	/* NULL for all */
	const char *user, *domain;
	/* COEXIST_PROTOCOL_OTHER for all */
	enum coexist_protocol protocol;
	/* only those that the policy forbids: they ask and decide themselves */
	bool if_refused;
};

#endif
