/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in change-effect.h. */

#include "lib.h"
#include "change-effect.h"
#include "array.h"
#include "doveadm.h"
#include "ioloop.h"
#include "lib-event.h"
#include "mail-user.h"
#include "net.h"
#include "admin-networks.h"
#include "admin-policy.h"
#include "admin-print.h"
#include "admin-sessions.h"
#include "coexist-admin.h"
#include "coexist/day.h"
#include "mail-functions.h"
#include "mailbox-walk.h"
#include "time-text.h"

struct find {
	struct coexist_admin *admin;
	enum coexist_admin_scope_kind kind;
	const struct coexist_document *document;
	bool tell;
	uint64_t today;
	/* sorted by their users */
	ARRAY_TYPE(coexist_open_session) sessions;
	struct coexist_change_effect *effect;
	/* sessions make no notes */
	bool is_off;
	/* a mailbox could not be looked at, or its owner not be told */
	bool has_failed;
};

/* A login of which nothing is known but the protocol, and perhaps the address. */
struct known_login {
	const struct coexist_admin *admin;
	enum coexist_protocol protocol;
	const char *address;
};

/* Fills in the address of a text such as 2001:db8::/64, or one without a family. */
static void address_parse(const char *text, struct ip_addr *ip_r)
{
	if (*text == '\0' || net_addr2ip(t_strcut(text, '/'), ip_r) < 0)
		ip_r->family = 0;
}

static bool in_networks(void *context, const char *networks)
{
	const struct known_login *known = context;
	struct ip_addr ip;

	address_parse(known->address, &ip);
	return coexist_admin_in_networks(known->admin, known->protocol, &ip,
					 networks) != 0;
}

/* Why and from which day on a policy refuses a login. */
struct refused {
	/* COEXIST_DATE_NONE if it does not */
	uint64_t from;
	enum coexist_refusal refusal;
};

static struct refused
refused_find(const struct find *find, const struct coexist_policy *policy,
	     struct known_login *known)
{
	const struct coexist_login login = {
		.protocol = known->protocol,
		.tls = TRUE,
		.today = find->today,
		.in_networks = in_networks,
		.context = known
	};
	struct coexist_decision decision;
	struct refused refused = { .from = find->today };

	coexist_policy_decide(policy, &login, &decision);
	refused.refusal = decision.refusal;
	if (decision.refusal == COEXIST_REFUSAL_NONE) {
		refused.from = coexist_policy_number(policy,
			coexist_protocol_until(known->protocol));
		refused.refusal = COEXIST_REFUSAL_UNTIL;
	}
	return refused;
}

/* Returns the index of the user's first session, if there is one. */
static unsigned int
sessions_find(const ARRAY_TYPE(coexist_open_session) *sessions, const char *user)
{
	unsigned int low = 0, high = array_count(sessions);

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct coexist_open_session *session =
			array_idx(sessions, middle);

		if (strcmp(session->user, user) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_webmail(const struct find *find,
		       const struct coexist_open_session *session)
{
	struct ip_addr ip;

	address_parse(session->address, &ip);
	return session->protocol == COEXIST_PROTOCOL_IMAP &&
		coexist_admin_is_webmail(find->admin, &ip);
}

static unsigned int
sessions_count(const struct find *find, const char *user,
	       enum coexist_protocol protocol)
{
	const struct coexist_open_session *session;
	unsigned int i, count = 0;

	for (i = sessions_find(&find->sessions, user);
	     i < array_count(&find->sessions); i++) {
		session = array_idx(&find->sessions, i);
		if (strcmp(session->user, user) != 0)
			break;
		if ((is_webmail(find, session) ? COEXIST_PROTOCOL_WEBMAIL :
		     session->protocol) == protocol)
			count += session->count;
	}
	return count;
}

/* A mailbox, and what becomes of it. */
struct mailbox {
	struct find *find;
	const char *name;
	struct coexist_admin_policy before, after;
};

/* Returns TRUE if the change refuses a login that is not refused now, and from when
   on. */
static bool
is_refused(struct mailbox *mailbox, enum coexist_protocol protocol,
	   const char *address, struct refused *after_r)
{
	struct known_login known = {
		.admin = mailbox->find->admin,
		.protocol = protocol,
		.address = address
	};
	struct refused before = refused_find(mailbox->find,
					     &mailbox->before.policy, &known);

	*after_r = refused_find(mailbox->find, &mailbox->after.policy, &known);
	return after_r->from < before.from;
}

static void
known_count(struct coexist_protocol_effect *effect, uint64_t since)
{
	effect->mailboxes++;
	if (since == 0)
		effect->unknown++;
	else if (effect->known_since == 0 || since < effect->known_since)
		effect->known_since = since;
}

static void
owner_tell(struct mail_user *user,
	   const struct coexist_mail_functions *functions,
	   const struct mailbox *mailbox,
	   const struct coexist_end_notice *notice)
{
	struct coexist_protocol_effect *effect =
		&mailbox->find->effect->protocols[notice->protocol];

	if (functions->end_notice_send(user, notice) == 0)
		effect->told++;
	else
		mailbox->find->has_failed = TRUE;
}

static void
protocol_judge(struct mail_user *user,
	       const struct coexist_mail_functions *functions,
	       struct mailbox *mailbox, const struct coexist_last_use *last,
	       enum coexist_protocol protocol)
{
	struct find *find = mailbox->find;
	struct coexist_protocol_effect *effect =
		&find->effect->protocols[protocol];
	const struct coexist_protocol_use *use = &last->protocols[protocol];
	const struct coexist_policy *policy = &mailbox->after.policy;
	struct coexist_end_notice notice = { .protocol = protocol };
	struct refused after;

	if (!is_refused(mailbox, protocol, use->address, &after))
		return;
	known_count(effect, last->since);
	effect->from = I_MIN(effect->from, after.from);
	effect->sessions += sessions_count(find, user->username, protocol);
	if (use->day + COEXIST_EFFECT_DAYS < find->today)
		return;
	effect->used++;
	notice.day = after.from;
	notice.instead = coexist_protocol_instead(policy, protocol, after.from);
	notice.reason = coexist_policy_text(policy, COEXIST_KEY_deny_text);
	if (find->tell && after.refusal != COEXIST_REFUSAL_NETWORK)
		owner_tell(user, functions, mailbox, &notice);
}

static void
mailbox_visit(struct mail_user *user,
	      const struct coexist_mail_functions *functions, void *context)
{
	struct mailbox *mailbox = context;
	struct coexist_use_noted noted;
	unsigned int i;

	T_BEGIN {
		if (functions->use_noted_read(user, &noted) < 0)
			mailbox->find->has_failed = TRUE;
		if (noted.is_off)
			mailbox->find->is_off = TRUE;
		for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
			protocol_judge(user, functions, mailbox, &noted.last,
				       i);
		}
	} T_END;
}

/* Returns TRUE if the change is about networks, of which only an address tells whom
   they keep out. */
static bool has_other_networks(const struct mailbox *mailbox)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (coexist_key_decides(i) &&
		    coexist_policy_keys[i].type == COEXIST_TYPE_NETWORKS &&
		    strcmp(coexist_policy_text(&mailbox->before.policy, i),
			   coexist_policy_text(&mailbox->after.policy, i)) != 0)
			return TRUE;
	}
	return FALSE;
}

static bool may_be_refused(struct mailbox *mailbox)
{
	struct refused after;
	unsigned int i;

	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
		if (is_refused(mailbox, i, "", &after))
			return TRUE;
	}
	return has_other_networks(mailbox);
}

static void
policies_judge(struct coexist_mailbox_walk *walk,
	       const struct coexist_admin_scope *scope, struct mailbox *mailbox)
{
	struct find *find = mailbox->find;

	if (coexist_admin_policy_read(find->admin, scope,
				      &mailbox->before) < 0 ||
	    coexist_admin_policy_read_changed(find->admin, scope, find->kind,
					      find->document,
					      &mailbox->after) < 0)
		find->has_failed = TRUE;
	else if (may_be_refused(mailbox)) {
		coexist_mailbox_visit(walk, mailbox->name, mailbox_visit,
				      mailbox);
	}
	coexist_admin_policy_deinit(&mailbox->after);
	coexist_admin_policy_deinit(&mailbox->before);
}

static void
mailbox_judge(struct coexist_mailbox_walk *walk, const char *name,
	      void *context)
{
	struct find *find = context;
	struct coexist_admin_scope scope = {
		.kind = COEXIST_ADMIN_SCOPE_MAILBOX
	};
	struct mailbox mailbox = { .find = find };
	pool_t pool = pool_alloconly_create("coexist mailbox", 2048);
	int ret = coexist_admin_user_look(find->admin, pool, name,
					  &scope.user);

	if (ret < 0)
		find->has_failed = TRUE;
	else if (ret > 0) {
		scope.name = scope.user.name;
		mailbox.name = scope.name;
		policies_judge(walk, &scope, &mailbox);
	}
	pool_unref(&pool);
}

int coexist_change_effect_find(struct coexist_admin *admin,
			       const struct coexist_admin_scope *scope,
			       const struct coexist_document *document,
			       bool tell, struct coexist_change_effect *effect_r)
{
	struct find find = {
		.admin = admin,
		.kind = scope->kind,
		.document = document,
		.tell = tell,
		.today = coexist_day(ioloop_time),
		.effect = effect_r
	};
	const char *error;
	unsigned int i;
	int ret = 0;

	i_zero(effect_r);
	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++)
		effect_r->protocols[i].from = COEXIST_DATE_NONE;
	/* before the walk, in which this becomes another user's process */
	p_array_init(&find.sessions, admin->pool, 64);
	if (coexist_admin_sessions_read(admin, admin->pool, &find.sessions,
					&error) < 0) {
		coexist_admin_fail(admin, EX_TEMPFAIL,
				   "Can't count open sessions: %s", error);
		ret = -1;
	}
	if (coexist_mailbox_walk(admin, scope, mailbox_judge, &find) < 0)
		ret = -1;
	if (find.is_off) {
		e_warning(admin->event, "coexist: note_last_use is off: "
			  "nobody knows of any use since it is");
	}
	return find.has_failed ? -1 : ret;
}

/* Returns the day as a date, on the data stack. */
static const char *day_text(uint64_t day)
{
	return day == COEXIST_DATE_NONE ? "" : t_strcut(coexist_time_text(
			(time_t)(day * COEXIST_SECS_PER_DAY)), 'T');
}

void coexist_change_effect_print(const struct coexist_change_effect *effect)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("protocol"),
		COEXIST_TEXT_COLUMN("refused_from"),
		COEXIST_NUMBER_COLUMN("sessions"),
		COEXIST_NUMBER_COLUMN("mailboxes"),
		COEXIST_NUMBER_COLUMN("used"),
		COEXIST_NUMBER_COLUMN("unknown"),
		COEXIST_TEXT_COLUMN("known_since")
	};
	unsigned int i;

	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	COEXIST_PRINT_COLUMNS(columns);
	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
		const struct coexist_protocol_effect *one =
			&effect->protocols[i];

		if (one->from == COEXIST_DATE_NONE)
			continue;
		doveadm_print(coexist_protocol_name(i));
		doveadm_print(day_text(one->from));
		doveadm_print_num(one->sessions);
		doveadm_print_num(one->mailboxes);
		doveadm_print_num(one->used);
		doveadm_print_num(one->unknown);
		doveadm_print(one->known_since == 0 ? "" :
			      day_text(one->known_since));
	}
}

void coexist_change_effect_log(const struct coexist_admin *admin,
			       const struct coexist_change_effect *effect)
{
	unsigned int i;

	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
		const struct coexist_protocol_effect *one =
			&effect->protocols[i];

		if (one->told == 0)
			continue;
		e_info(admin->event, "coexist: %u owners were told that %s "
		       "ends on %s", one->told, coexist_protocol_label(i),
		       day_text(one->from));
	}
}
