/* See the contract in gate-refusal.h. */

#include "lib.h"
#include "gate-refusal.h"
#include "str.h"
#include "str-sanitize.h"

/* RFC 2449 section 4 limits a POP3 response to 512 octets, code and all. */
#define REASON_MAX_LENGTH 480

enum code {
	CODE_POLICY,
	CODE_TLS,
	CODE_STORE,
	CODE_COUNT
};

/* Submission and ManageSieve have no place for a code of ours: Dovecot puts
   theirs before the reason. */
static const char *const codes[][CODE_COUNT] = {
	[COEXIST_PROTOCOL_IMAP] = {
		[CODE_POLICY] = "[CONTACTADMIN] ",
		[CODE_TLS] = "[PRIVACYREQUIRED] ",
		[CODE_STORE] = "[UNAVAILABLE] "
	},
	[COEXIST_PROTOCOL_POP3] = {
		[CODE_POLICY] = "[SYS/PERM] ",
		[CODE_TLS] = "[SYS/PERM] ",
		[CODE_STORE] = "[SYS/TEMP] "
	},
	[COEXIST_PROTOCOL_SUBMISSION] = { "", "", "" },
	[COEXIST_PROTOCOL_SIEVE] = { "", "", "" },
	[COEXIST_PROTOCOL_WEBMAIL] = {
		[CODE_POLICY] = "[CONTACTADMIN] ",
		[CODE_TLS] = "[PRIVACYREQUIRED] ",
		[CODE_STORE] = "[UNAVAILABLE] "
	},
	[COEXIST_PROTOCOL_OTHER] = { "", "", "" }
};

static const char *protocol_label(enum coexist_protocol protocol)
{
	switch (protocol) {
	case COEXIST_PROTOCOL_IMAP:
		return "IMAP";
	case COEXIST_PROTOCOL_POP3:
		return "POP3";
	case COEXIST_PROTOCOL_SUBMISSION:
		return "SMTP";
	case COEXIST_PROTOCOL_SIEVE:
		return "ManageSieve";
	case COEXIST_PROTOCOL_WEBMAIL:
		return "Webmail";
	case COEXIST_PROTOCOL_OTHER:
		break;
	}
	return "This protocol";
}

static const char *
refusal_text(const struct coexist_policy *policy,
	     enum coexist_protocol protocol,
	     const struct coexist_decision *decision)
{
	const char *label = protocol_label(protocol);

	switch (decision->refusal) {
	case COEXIST_REFUSAL_NONE:
		break;
	case COEXIST_REFUSAL_ACCESS:
		return t_strdup_printf("%s is switched off for this mailbox. "
			"Please ask your mail administrator.", label);
	case COEXIST_REFUSAL_UNTIL:
		return t_strdup_printf("%s is switched off for this mailbox "
			"since %s. Please ask your mail administrator.", label,
			coexist_policy_text(policy, decision->key));
	case COEXIST_REFUSAL_NETWORK:
		return t_strdup_printf("%s is not allowed from this network "
			"for this mailbox. Please ask your mail "
			"administrator.", label);
	case COEXIST_REFUSAL_TLS:
		return t_strdup_printf("%s needs an encrypted connection for "
			"this mailbox. Please switch on SSL/TLS in your mail "
			"program.", label);
	}
	return "This login is not allowed.";
}

static const char *
reason_make(enum coexist_protocol protocol, enum code code, const char *text)
{
	string_t *str = t_str_new(128);

	str_append(str, codes[protocol][code]);
	str_sanitize_append(str, text, REASON_MAX_LENGTH - str_len(str));
	return str_c(str);
}

const char *
coexist_gate_reason(struct coexist_gate *gate ATTR_UNUSED,
		    const struct coexist_policy *policy,
		    enum coexist_protocol protocol,
		    const struct coexist_decision *decision)
{
	const char *text = coexist_policy_text(policy, COEXIST_KEY_deny_text);

	if (*text == '\0')
		text = refusal_text(policy, protocol, decision);
	return reason_make(protocol, decision->refusal ==
			   COEXIST_REFUSAL_TLS ? CODE_TLS : CODE_POLICY, text);
}

const char *
coexist_gate_reason_store_failed(struct coexist_gate *gate ATTR_UNUSED,
				 const struct coexist_policy *policy
					ATTR_UNUSED,
				 enum coexist_protocol protocol)
{
	return reason_make(protocol, CODE_STORE, "The mail server can't "
			   "check this login right now. Please try again in "
			   "a few minutes.");
}
