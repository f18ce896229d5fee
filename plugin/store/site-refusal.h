/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SITE_REFUSAL_H
#define COEXIST_SITE_REFUSAL_H

#include "policy-decision.h"
#include "refusal-texts.h"

struct event;
struct coexist_site_config;

/* What a client reads that the gate refuses. */

/* Returns the refusals' texts: those that were installed, and before them those
   of the site's template_dir. What can't be read is logged, and is in English
   then. */
coexist_refusal_texts *coexist_site_texts_read(const struct coexist_site_config *config,
				       struct event *event);

/* Returns the reason for a refusal, on the data stack: one line with the
   response code of the protocol (RFC 2449 section 8, RFC 3206, RFC 5530), in
   the language of the policy. relayed: see coexist_refusal_line(). */
const char *
coexist_site_refusal(const coexist_refusal_texts *texts,
		     const struct coexist_policy *policy,
		     enum coexist_protocol protocol, bool relayed,
		     const struct coexist_decision *decision);

/* Returns the reason for asking the client to come back later, likewise. */
const char *
coexist_site_refusal_store_failed(const coexist_refusal_texts *texts,
				  const struct coexist_policy *policy,
				  enum coexist_protocol protocol);

/* Returns what a session tells a client that comes back too early, on the data
   stack: without a code, and with the placeholder {seconds}. */
const char *
coexist_site_login_delay_text(const coexist_refusal_texts *texts,
			      const struct coexist_policy *policy);

#endif
