/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-estimate.h. */

#include "lib.h"
#include "quota-estimate.h"
#include "array.h"
#include "istream.h"
#include "mail-user.h"
#include "compat-quota.h"

/* The number of messages like the saved ones that may arrive meanwhile. Mail servers
   rarely deliver more than 20 to a mailbox at once. */
#define MEANWHILE_MESSAGES 32
/* And in percent of the limit: messages that are larger. */
#define MEANWHILE_PERCENT 2
/* A line may end with LF here and with CRLF for the quota. */
#define CRLF_TIMES 2

/* Returns FALSE if the plugin has no answer. */
static bool
usages_get(struct coexist_quota_estimate *estimate, struct mail_user *user)
{
	ARRAY_TYPE(coexist_quota_usage) usages;
	const char *error;

	if (estimate->usages != NULL)
		return TRUE;
	p_array_init(&usages, user->pool, 4);
	/* The evaluation asks again then, and logs the error. */
	if (coexist_compat_quota_get(user, &usages, &error) <= 0)
		return FALSE;
	estimate->usages = array_get(&usages, &estimate->usage_count);
	return TRUE;
}

void coexist_quota_estimate_save(struct coexist_quota_estimate *estimate,
				 struct mail_user *user, struct istream *input)
{
	uoff_t size;

	if (estimate->failed)
		return;
	if (!usages_get(estimate, user) ||
	    i_stream_get_size(input, /*exact=*/TRUE, &size) <= 0) {
		estimate->failed = TRUE;
		return;
	}
	estimate->saved_bytes += size;
	estimate->saved_messages++;
}

/* Returns the usages with so much more used, on the data stack, or NULL. */
static struct coexist_quota_usage *
usages_add(const struct coexist_quota_estimate *estimate,
	   uint64_t bytes, uint64_t messages)
{
	struct coexist_quota_usage *usages;
	unsigned int i;

	if (estimate->failed || estimate->usages == NULL)
		return NULL;
	usages = t_new(struct coexist_quota_usage, estimate->usage_count);
	for (i = 0; i < estimate->usage_count; i++) {
		usages[i] = estimate->usages[i];
		usages[i].used +=
			usages[i].resource == COEXIST_QUOTA_STORAGE ?
			bytes : messages;
	}
	return usages;
}

const struct coexist_quota_usage *
coexist_quota_estimate_most(const struct coexist_quota_estimate *estimate)
{
	const unsigned int times = MEANWHILE_MESSAGES + 1;
	struct coexist_quota_usage *usages;
	unsigned int i;

	usages = usages_add(estimate,
			    times * CRLF_TIMES * estimate->saved_bytes,
			    times * estimate->saved_messages);
	for (i = 0; usages != NULL && i < estimate->usage_count; i++)
		usages[i].used += usages[i].limit / 100 * MEANWHILE_PERCENT;
	return usages;
}

bool coexist_quota_estimate_alone(const struct coexist_quota_estimate *estimate,
				  const struct coexist_quota_usage **least_r,
				  const struct coexist_quota_usage **most_r)
{
	if (estimate->elsewhere)
		return FALSE;
	*least_r = usages_add(estimate, estimate->saved_bytes,
			      estimate->saved_messages);
	*most_r = usages_add(estimate, CRLF_TIMES * estimate->saved_bytes,
			     estimate->saved_messages);
	return *least_r != NULL;
}
