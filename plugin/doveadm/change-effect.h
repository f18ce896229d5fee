/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_CHANGE_EFFECT_H
#define COEXIST_CHANGE_EFFECT_H

#include "admin-scope.h"
#include "policy-decision.h"

struct coexist_admin;
struct coexist_document;

/* The effect of a change of a policy, before it is made: whom it would refuse that
   nobody refuses now, at once or from a date on. A mailbox counts that has used the
   protocol lately, as sessions have noted it (note_last_use), and so does each open
   session. By P_networks the change refuses who came from elsewhere last, if addresses
   are noted; P_tls refuses nobody here, because nobody notes that. */

#define COEXIST_EFFECT_DAYS 30

struct coexist_change_effect {
	struct coexist_protocol_effect {
		/* open ones */
		unsigned int sessions;
		/* mailboxes that are refused; those that have used it lately, and
		   those of which nobody knows */
		unsigned int mailboxes, used, unknown;
		/* how many owners were told */
		unsigned int told;
		/* the first day, COEXIST_DATE_NONE if nobody is refused */
		uint64_t from;
		/* the first day of which there are notes, 0 for none */
		uint64_t known_since;
	} protocols[COEXIST_PROTOCOL_OTHER];
};

/* Finds the effect of the scope's document becoming this one, and tells the owners
   whom it refuses by P_access or P_until, if tell. Returns 0, or -1 if it could not be
   done for all mailboxes, after that was logged. */
int coexist_change_effect_find(struct coexist_admin *admin,
			       const struct coexist_admin_scope *scope,
			       const struct coexist_document *document,
			       bool tell, struct coexist_change_effect *effect_r);

/* Prints the effect as rows. */
void coexist_change_effect_print(const struct coexist_change_effect *effect);
/* Logs how many owners were told. */
void coexist_change_effect_log(const struct coexist_admin *admin,
			       const struct coexist_change_effect *effect);

#endif
