/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preflight: the switch for all of ours in Dovecot's configuration. */

#include "lib.h"
#include "preflight.h"
#include "coexist-admin.h"
#include "doveconf.h"
#include "switch-state.h"

static void print(struct coexist_preflight *preflight,
		  enum coexist_preflight_status status, const char *remedy)
{
	coexist_preflight_print(preflight, "switch", status, remedy);
}

void coexist_preflight_switch(struct coexist_preflight *preflight)
{
	const char *folder =
		coexist_doveconf_folder(preflight->admin->doveconf);

	switch (coexist_switch_state_get(folder)) {
	case COEXIST_SWITCH_UNUSED:
		break;
	case COEXIST_SWITCH_ON:
		preflight->is_on = TRUE;
		print(preflight, COEXIST_PREFLIGHT_OK, "");
		break;
	case COEXIST_SWITCH_OFF:
		preflight->is_off = TRUE;
		print(preflight, COEXIST_PREFLIGHT_NOTE, t_strdup_printf(
		      "Switched off by hand, nothing of %s/dovecot-coexist.conf "
		      "is in force. Put it in force: dovecot-coexist on",
		      folder));
		break;
	case COEXIST_SWITCH_NOT_ON:
		print(preflight, COEXIST_PREFLIGHT_FAIL, t_strdup_printf(
		      "Nothing of %s/dovecot-coexist.conf is in force. Ask why: "
		      "dovecot-coexist status. Put it in force: "
		      "dovecot-coexist on", folder));
		break;
	}
}
