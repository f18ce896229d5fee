/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in compat-auth-mech.h. */

#include "lib.h"
#include "compat-auth-mech.h"
#include "array.h"
#include "auth.h"
#include "auth-request.h"

static coexist_auth_mech_hook_t *hook = NULL;

/* Since 2.4.2: 54a493f012 "auth: Move SASL server code to lib-sasl". All
   mechanisms speak to auth by one table of functions, and before that each has a
   function of its own. Goes with 2.4.1. */
#if DOVECOT_PREREQ(2, 4, 2)

#include "sasl-server-private.h"

static struct sasl_server *server = NULL;
static const struct sasl_server_request_funcs *super;
static struct sasl_server_request_funcs hooked;

static void
request_output(struct sasl_server_req_ctx *rctx,
	       const struct sasl_server_output *output)
{
	hook(container_of(rctx, struct auth_request, sasl.req));
	super->request_output(rctx, output);
}

/* All instances have one server. */
static bool mechs_hook(void)
{
	struct auth *auth = array_idx_elem(&auths, 0);

	server = auth->sasl_inst->server;
	super = server->funcs;
	hooked = *super;
	hooked.request_output = request_output;
	server->funcs = &hooked;
	return TRUE;
}

static void mechs_unhook(void)
{
	server->funcs = super;
	server = NULL;
}

#else

#include "mech.h"

struct hooked_mech {
	struct hooked_mech *next;

	struct mech_module *module;
	void (*super)(struct auth_request *request,
		      const unsigned char *data, size_t data_size);
};

static struct hooked_mech *hooked_mechs = NULL;

static struct hooked_mech *hooked_find(const struct mech_module *module)
{
	struct hooked_mech *mech = hooked_mechs;

	while (mech != NULL && mech->module != module)
		mech = mech->next;
	return mech;
}

static void
auth_initial(struct auth_request *request, const unsigned char *data,
	     size_t data_size)
{
	struct hooked_mech *mech = hooked_find(request->mech);

	i_assert(mech != NULL);
	hook(request);
	mech->super(request, data, data_size);
}

static void mech_hook(struct mech_module *module)
{
	struct hooked_mech *mech;

	if (hooked_find(module) != NULL)
		return;
	mech = i_new(struct hooked_mech, 1);
	mech->module = module;
	mech->super = module->auth_initial;
	mech->next = hooked_mechs;
	hooked_mechs = mech;
	module->auth_initial = auth_initial;
}

static bool mechs_hook(void)
{
	struct mech_module_list *list;
	struct auth *auth;

	array_foreach_elem(&auths, auth) {
		for (list = auth->reg->modules; list != NULL; list = list->next)
			mech_hook(&list->module);
	}
	return hooked_mechs != NULL;
}

static void mechs_unhook(void)
{
	struct hooked_mech *mech;

	while (hooked_mechs != NULL) {
		mech = hooked_mechs;
		hooked_mechs = mech->next;
		mech->module->auth_initial = mech->super;
		i_free(mech);
	}
}

#endif

bool coexist_auth_mech_hook(coexist_auth_mech_hook_t *_hook)
{
	if (hook == NULL && mechs_hook())
		hook = _hook;
	return hook != NULL;
}

void coexist_auth_mech_unhook(void)
{
	if (hook == NULL)
		return;
	mechs_unhook();
	hook = NULL;
}
