/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in login-delay.h. */

#include "lib.h"
#include "login-delay.h"
#include "mail-user.h"
#include "policy-handover.h"
#include "refusal-event.h"
#include "refusal-expand.h"
#include "refusal-line.h"
#include "refusal-log.h"
#include "session-policy.h"
#include "userdb-fields.h"

const char *coexist_login_delay_line(struct mail_user *user,
				     uint64_t seconds_left)
{
	const enum coexist_refusal_text id = COEXIST_TEXT_login_delay;
	const char *handover =
		coexist_handover_find(user->userdb_fields);
	const char *text = handover == NULL ? NULL :
		coexist_handover_delay_text(handover);
	const struct coexist_refusal_values values = {
		.protocol = coexist_protocol_label(COEXIST_PROTOCOL_POP3),
		.seconds = dec2str(seconds_left)
	};

	if (text == NULL)
		text = coexist_refusal_english(id);
	return coexist_refusal_line(COEXIST_PROTOCOL_POP3, id, /*relayed=*/FALSE,
		coexist_refusal_expand(text, &values));
}

const char *coexist_login_delay_log(struct mail_user *user,
				    uint64_t seconds_left, bool log_only)
{
	const struct coexist_refused_login login = {
		.user = user->username,
		.protocol = COEXIST_PROTOCOL_POP3,
		.client = user->conn.remote_ip,
		.log_only = log_only
	};
	struct coexist_refusal_cause cause;

	coexist_refusal_cause_key(coexist_session_policy_get(user),
				  COEXIST_KEY_pop3_login_delay, &cause);
	coexist_refusal_event_send(user->event, &login, &cause);
	return coexist_refusal_log(&login,
		t_strdup_printf("%s left=%"PRIu64"s", cause.log, seconds_left));
}
