/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in session-end.h. */

#include "lib.h"
#include "session-end.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "user-hooks.h"

#define SESSION_END_CONTEXT(obj) \
	MODULE_CONTEXT(obj, session_end_user_module)
#define SESSION_END_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, session_end_user_module)

struct session_end {
	union mail_user_module_context module_ctx;
	ARRAY(coexist_session_end_func_t *) funcs;
	bool cancelled;
};

static MODULE_CONTEXT_DEFINE_INIT(session_end_user_module,
				  &mail_user_module_register);

static struct session_end *session_end_get(struct mail_user *user)
{
	struct session_end *end = SESSION_END_CONTEXT(user);

	if (end != NULL)
		return end;
	end = p_new(user->pool, struct session_end, 1);
	p_array_init(&end->funcs, user->pool, 2);
	MODULE_CONTEXT_SET(user, session_end_user_module, end);
	coexist_user_hooks_add(user, COEXIST_HOOKS_SESSION_END);
	return end;
}

static void session_end_deinit_pre(struct mail_user *user)
{
	struct session_end *end = SESSION_END_CONTEXT_REQUIRE(user);
	coexist_session_end_func_t *const *funcs;
	unsigned int count;

	funcs = array_get(&end->funcs, &count);
	/* a plugin behind us may have refused the namespaces */
	if (user->namespaces_created && !end->cancelled) {
		while (count > 0)
			funcs[--count](user);
	}
	end->module_ctx.super.deinit_pre(user);
}

bool coexist_session_end_has(struct mail_user *user)
{
	return SESSION_END_CONTEXT(user) != NULL;
}

bool coexist_session_end_add(struct mail_user *user,
			     coexist_session_end_func_t *func)
{
	struct session_end *end = session_end_get(user);

	if (!end->cancelled)
		array_push_back(&end->funcs, &func);
	return !end->cancelled;
}

void coexist_session_end_cancel(struct mail_user *user)
{
	session_end_get(user)->cancelled = TRUE;
}

void coexist_session_end_namespaces_created(struct mail_namespace *namespaces)
{
	struct mail_user *user = namespaces->user;
	struct session_end *end = SESSION_END_CONTEXT(user);

	if (end == NULL)
		return;
	/* The user's own functions, not vlast: Dovecot has the chain together,
	   and this goes in front of all of it. */
	end->module_ctx.super = user->v;
	user->v.deinit_pre = session_end_deinit_pre;
}
