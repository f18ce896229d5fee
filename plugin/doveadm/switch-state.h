/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SWITCH_STATE_H
#define COEXIST_SWITCH_STATE_H

/* The switch: all of ours in Dovecot's configuration may hang on one link, which
   dovecot-coexist(8) makes and removes. */

enum coexist_switch_state {
	/* there is nothing to switch: the site has its settings elsewhere */
	COEXIST_SWITCH_UNUSED,
	COEXIST_SWITCH_ON,
	/* by the administrator */
	COEXIST_SWITCH_OFF,
	/* by the guard, or never switched on */
	COEXIST_SWITCH_NOT_ON
};

/* Returns the state of the switch in the folder of dovecot.conf. */
enum coexist_switch_state coexist_switch_state_get(const char *folder);

#endif
