/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-evaluate.h. */

#include "lib.h"
#include "quota-evaluate.h"
#include "array.h"
#include "ioloop.h"
#include "mail-user.h"
#include "alert.h"
#include "mailbox-state.h"
#include "compat-quota.h"
#include "quota-channels.h"
#include "quota-estimate.h"
#include "quota-failure.h"
#include "quota-fullness.h"
#include "quota-growth.h"
#include "quota-rules.h"
#include "quota-state.h"
#include "quota-trace.h"
#include "coexist-event.h"

/* see quota-growth.h */
#define STATE_GROWTH "quota_growth"

/* A verdict and a sample of the growth are remembered at once. */
_Static_assert(COEXIST_QUOTA_STATE_VALUES + 1 <= COEXIST_STATE_FILE_MAX_VALUES,
	       "an evaluation has more values than a state file takes at once");

struct evaluation {
	struct mail_user *user;
	const struct coexist_policy *policy;
	struct coexist_quota_rules rules;
	/* what is remembered, NULL before it was read */
	const char *text;
	const struct coexist_quota_usage *usages;
	unsigned int usage_count;
	struct coexist_quota_verdict verdict;
	struct coexist_quota_growth growth;
	/* growth has a sample that is to be remembered */
	bool sampled;
	/* the level that was remembered; NONE if nobody was told of any */
	struct coexist_quota_level before;
	/* There is a state, but not one that says what was told: nobody is told
	   what may have been told before. */
	bool lost;
};

static void
judge_state(struct evaluation *evaluation,
	    const struct coexist_quota_state *state)
{
	coexist_quota_judge(&evaluation->rules, evaluation->usages,
			    evaluation->usage_count, state,
			    (uint64_t)ioloop_time, &evaluation->verdict);
}

/* Judges by the state in the text. */
static void judge(struct evaluation *evaluation, const char *text)
{
	struct coexist_quota_state state;

	if (!coexist_quota_state_parse(text, &state))
		evaluation->lost = TRUE;
	evaluation->before = state.level;
	evaluation->rules.tell_first = !state.known && !evaluation->lost &&
		coexist_quota_site_tells_first(evaluation->user);
	judge_state(evaluation, &state);
}

/* Looks how the storage has grown, by the state in the text. */
static void sample(struct evaluation *evaluation, const char *text)
{
	coexist_quota_growth_parse(coexist_state_text_get(text, STATE_GROWTH),
				   &evaluation->growth);
	evaluation->sampled = coexist_quota_growth_add(&evaluation->growth,
		evaluation->usages, evaluation->usage_count,
		(uint64_t)ioloop_time);
}

/* Returns how many values it set. */
static unsigned int
sample_format(const struct evaluation *evaluation,
	      struct coexist_state_value *value_r)
{
	if (!evaluation->sampled)
		return 0;
	value_r->name = STATE_GROWTH;
	value_r->value = coexist_quota_growth_format(&evaluation->growth,
		t_malloc0(COEXIST_QUOTA_GROWTH_MAX_LENGTH));
	return 1;
}

static unsigned int
sample_decide(const char *text, struct coexist_state_value *values_r,
	      void *context)
{
	struct evaluation *evaluation = context;

	sample(evaluation, text);
	return sample_format(evaluation, values_r);
}

/* Under the lock of the state: of several processes that find the mailbox at
   a new level, the first one tells it, and the others see that it did. */
static unsigned int
state_decide(const char *text, struct coexist_state_value *values_r,
	     void *context)
{
	struct evaluation *evaluation = context;
	unsigned int count = 0;

	judge(evaluation, text);
	if (evaluation->verdict.changed) {
		coexist_quota_state_format(&evaluation->verdict.state,
					   values_r);
		count = COEXIST_QUOTA_STATE_VALUES;
	}
	return count + sample_decide(text, values_r + count, evaluation);
}

/* Nobody is told that the mailbox is full when it no longer is. What an alert
   says of a mailbox that was below every level already is still true. */
static void drop_alert(struct evaluation *evaluation, const char *text)
{
	if (evaluation->before.kind != COEXIST_QUOTA_LEVEL_NONE &&
	    evaluation->verdict.state.level.kind == COEXIST_QUOTA_LEVEL_NONE &&
	    coexist_alert_is_left(text))
		(void)coexist_alert_leave(evaluation->user, "");
}

static struct coexist_quota_added tell(const struct evaluation *evaluation)
{
	const struct coexist_quota_verdict *verdict = &evaluation->verdict;
	struct coexist_quota_notice notice = {
		.user = evaluation->user,
		.policy = evaluation->policy,
		.action = verdict->action,
		.level = verdict->level
	};

	notice.usage = *verdict->usage;
	notice.percent = coexist_quota_percent(verdict->usage);
	notice.foreseen = verdict->action != COEXIST_QUOTA_TELL_RECOVERED &&
		coexist_quota_growth_foresee(&evaluation->growth, &notice.usage,
					     (uint64_t)ioloop_time,
					     &notice.forecast);
	return coexist_quota_tell(&notice);
}

/* A level that the notice itself has reached is as good as told. */
static unsigned int
settle_decide(const char *text, struct coexist_state_value *values_r,
	      void *context)
{
	struct evaluation *evaluation = context;

	judge(evaluation, text);
	if (evaluation->verdict.action != COEXIST_QUOTA_TELL_LEVEL)
		return 0;
	coexist_quota_state_format(&evaluation->verdict.state, values_r);
	return COEXIST_QUOTA_STATE_VALUES;
}

/* The quota's own answer may be older than the notice. */
static void
settle(struct evaluation *evaluation, const struct coexist_quota_added *added)
{
	const struct coexist_quota_state state = evaluation->verdict.state;
	struct coexist_quota_usage *usages;
	unsigned int i;

	usages = t_new(struct coexist_quota_usage, evaluation->usage_count);
	for (i = 0; i < evaluation->usage_count; i++) {
		usages[i] = evaluation->usages[i];
		usages[i].used += usages[i].resource == COEXIST_QUOTA_STORAGE ?
			added->bytes : added->messages;
	}
	evaluation->usages = usages;
	judge_state(evaluation, &state);
	if (evaluation->verdict.action == COEXIST_QUOTA_TELL_LEVEL) {
		coexist_trace(evaluation->user, "Quota: the notice "
			      "itself reaches a level, which is as good as told");
		(void)coexist_mailbox_state_update(evaluation->user,
						   settle_decide, evaluation);
	}
}

/* Returns what is remembered, on the data stack; empty if it can't be read. */
static const char *state_get(struct evaluation *evaluation)
{
	if (evaluation->text == NULL &&
	    coexist_mailbox_state_read(evaluation->user, &evaluation->text) < 0)
		evaluation->lost = TRUE;
	return evaluation->text;
}

static void trace(const struct evaluation *evaluation)
{
	coexist_quota_trace(evaluation->user, evaluation->usages,
			    evaluation->usage_count, &evaluation->before,
			    &evaluation->verdict);
}

/* Remembers the verdict. Returns FALSE if that was not possible: then nobody is
   told, because nobody would know it. */
static bool remember(struct evaluation *evaluation)
{
	const bool wanted =
		evaluation->verdict.action != COEXIST_QUOTA_TELL_NOTHING;

	if (coexist_mailbox_state_update(evaluation->user, state_decide,
					 evaluation) < 0) {
		if (wanted) {
			coexist_trace(evaluation->user, "Quota: telling nothing after "
				      "all, because that could not be remembered");
		}
		return FALSE;
	}
	if (wanted &&
	    evaluation->verdict.action == COEXIST_QUOTA_TELL_NOTHING) {
		coexist_trace(evaluation->user, "Quota: another process has told the "
			      "owner meanwhile");
	}
	return TRUE;
}

static void evaluate(struct evaluation *evaluation)
{
	struct coexist_quota_added added;
	/* Most of the time there is nothing to remember, and nobody waits for
	   a lock. */
	const char *text = state_get(evaluation);

	judge(evaluation, text);
	sample(evaluation, text);
	if (evaluation->lost) {
		e_warning(evaluation->user->event, "coexist: Telling nobody "
			  "how full the mailbox is: "COEXIST_STATE_FILE_NAME
			  " does not say what was told before");
	}
	trace(evaluation);
	if ((!evaluation->verdict.changed && !evaluation->sampled) ||
	    !remember(evaluation))
		return;
	drop_alert(evaluation, text);
	if (evaluation->verdict.action != COEXIST_QUOTA_TELL_NOTHING) {
		added = tell(evaluation);
		if (added.messages > 0)
			settle(evaluation, &added);
	}
}

static void
evaluation_init(struct evaluation *evaluation, struct mail_user *user,
		const struct coexist_policy *policy)
{
	i_zero(evaluation);
	evaluation->user = user;
	evaluation->policy = policy;
	coexist_quota_rules_read(policy, &evaluation->rules);
}

/* Returns like coexist_compat_quota_get(). */
static int usages_get(struct evaluation *evaluation, const char **error_r)
{
	ARRAY_TYPE(coexist_quota_usage) usages;
	int ret;

	t_array_init(&usages, 4);
	ret = coexist_compat_quota_get(evaluation->user, &usages, error_r);
	evaluation->usages = array_get(&usages, &evaluation->usage_count);
	return ret;
}

/* Judges as if this were used. */
static void
judge_by(struct evaluation *evaluation, const char *text,
	 const struct coexist_quota_usage *usages, unsigned int count)
{
	evaluation->usages = usages;
	evaluation->usage_count = count;
	judge(evaluation, text);
}

/* Returns TRUE if these usages would change nothing. */
static bool
is_no_news(struct evaluation *evaluation, const char *text,
	   const struct coexist_quota_usage *usages, unsigned int count)
{
	judge_by(evaluation, text, usages, count);
	return !evaluation->verdict.changed && !evaluation->lost;
}

static bool is_settled(struct evaluation *evaluation,
		       const struct coexist_quota_estimate *estimate)
{
	const struct coexist_quota_usage *most =
		coexist_quota_estimate_most(estimate);
	const char *text;

	if (most == NULL)
		return FALSE;
	text = state_get(evaluation);
	/* No news at both bounds is no news between them. */
	if (!is_no_news(evaluation, text, most, estimate->usage_count) ||
	    !is_no_news(evaluation, text, estimate->usages,
			estimate->usage_count))
		return FALSE;
	sample(evaluation, text);
	if (evaluation->sampled) {
		(void)coexist_mailbox_state_update(evaluation->user, sample_decide,
					   evaluation);
	}
	return TRUE;
}

/* Returns TRUE if it is certain which level is to be told. */
static bool is_reached(struct evaluation *evaluation,
		       const struct coexist_quota_estimate *estimate)
{
	const struct coexist_quota_usage *least, *most;
	const unsigned int count = estimate->usage_count;
	struct coexist_quota_verdict verdict;

	if (!coexist_quota_estimate_alone(estimate, &least, &most))
		return FALSE;
	judge_by(evaluation, state_get(evaluation), most, count);
	verdict = evaluation->verdict;
	judge_by(evaluation, state_get(evaluation), least, count);
	return evaluation->verdict.action == COEXIST_QUOTA_TELL_LEVEL &&
		coexist_quota_levels_are_equal(&evaluation->verdict.level,
					       &verdict.level) &&
		!evaluation->lost;
}

/* Finds out what is used, by the estimate if that is enough. Returns 1; 0 if there
   is nothing to judge; -1 and an error. */
static int usages_find(struct evaluation *evaluation,
		       const struct coexist_quota_estimate *estimate,
		       const char **error_r)
{
	int ret;

	if (estimate != NULL && is_settled(evaluation, estimate)) {
		coexist_trace(evaluation->user, "Quota: not asked, because what was "
			      "delivered neither reaches nor leaves a level");
		return 0;
	}
	if (estimate != NULL && is_reached(evaluation, estimate)) {
		coexist_trace(evaluation->user, "Quota: not asked, because what was "
			      "delivered reaches a level for certain");
		return 1;
	}
	ret = usages_get(evaluation, error_r);
	if (ret == 0) {
		coexist_trace(evaluation->user, "Quota: not known, because the user "
			      "has no limit or Dovecot is counting just now");
	}
	return ret;
}

void coexist_quota_evaluate(struct mail_user *user,
			    const struct coexist_policy *policy,
			    const struct coexist_quota_estimate *estimate)
{
	struct evaluation evaluation;
	const char *text, *error;
	int ret;

	evaluation_init(&evaluation, user, policy);
	ret = usages_find(&evaluation, estimate, &error);
	if (ret > 0) {
		evaluate(&evaluation);
	} else if (ret < 0) {
		text = state_get(&evaluation);
		coexist_quota_failure_log_daily(user, text, !evaluation.lost,
						error);
	}
}
