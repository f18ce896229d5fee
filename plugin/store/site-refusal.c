/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in site-refusal.h. */

#include "lib.h"
#include "site-refusal.h"
#include "lib-event.h"
#include "refusal-line.h"
#include "site-config.h"

static void
texts_add_site(coexist_refusal_texts *texts, const struct coexist_site_config *config,
	       struct event *event)
{
	const char *list = config->texts[COEXIST_SITE_template_dir];
	const char *item;
	size_t length;

	while (coexist_list_next(&list, &item, &length)) {
		const char *path = t_strdup_printf("%.*s/"COEXIST_TEXTS_FILE,
						   (int)length, item);
		g_autoptr(GError) error = NULL;

		if (!coexist_refusal_texts_add_file(texts, path, &error)) {
			e_warning(event, "coexist: template_dir: %s",
				  error->message);
		}
	}
}

coexist_refusal_texts *coexist_site_texts_read(const struct coexist_site_config *config,
				       struct event *event)
{
	coexist_refusal_texts *texts = coexist_refusal_texts_new();
	g_autoptr(GError) error = NULL;

	if (!coexist_refusal_texts_add_installed(texts, &error)) {
		e_info(event, "coexist: Refusals are in English: %s",
		       error->message);
	}
	T_BEGIN {
		texts_add_site(texts, config, event);
	} T_END;
	return texts;
}

/* Returns TRUE if the text says that it will be over soon, and what to do until
   then: no place for what the administrator says of the policy. */
static bool is_for_now(enum coexist_refusal_text id)
{
	return id == COEXIST_TEXT_store || id == COEXIST_TEXT_login_delay ||
		id == COEXIST_TEXT_max_sessions;
}

static char *
say(const coexist_refusal_texts *texts, const struct coexist_policy *policy,
    enum coexist_protocol protocol, enum coexist_refusal_text id, const char *date)
{
	const struct coexist_refusal_values values = {
		.protocol = coexist_protocol_label(protocol),
		.date = date,
		/* stays as it is */
		.seconds = "{seconds}"
	};
	const struct coexist_refusal_text_style style = {
		.language = coexist_policy_text(policy, COEXIST_KEY_language),
		/* RFC 1939, 3501 and 5321 know ASCII only before the client
		   asked for more, RFC 5804 knows UTF-8 */
		.ascii = protocol != COEXIST_PROTOCOL_SIEVE,
		.max_length = COEXIST_REFUSAL_TEXT_MAX_LENGTH
	};
	const char *own = coexist_policy_text(policy, COEXIST_KEY_deny_text);
	char *text = NULL;

	if (*own != '\0' && !is_for_now(id))
		text = coexist_refusal_text_format(own, &values, &style);
	return text != NULL ? text :
		coexist_refusal_texts_say(texts, id, &values, &style);
}

const char *
coexist_site_refusal(const coexist_refusal_texts *texts,
		     const struct coexist_policy *policy,
		     enum coexist_protocol protocol, bool relayed,
		     const struct coexist_decision *decision)
{
	enum coexist_refusal_text id = coexist_decision_text(policy, decision);
	g_autofree char *text = say(texts, policy, protocol, id,
		coexist_policy_text(policy, decision->key));

	return coexist_refusal_line(protocol, id, relayed, text);
}

const char *
coexist_site_refusal_store_failed(const coexist_refusal_texts *texts,
				  const struct coexist_policy *policy,
				  enum coexist_protocol protocol)
{
	g_autofree char *text = say(texts, policy, protocol,
				    COEXIST_TEXT_store, /*date=*/NULL);

	return coexist_refusal_line(protocol, COEXIST_TEXT_store,
				    /*relayed=*/FALSE, text);
}

const char *
coexist_site_login_delay_text(const coexist_refusal_texts *texts,
			      const struct coexist_policy *policy)
{
	g_autofree char *text = say(texts, policy, COEXIST_PROTOCOL_POP3,
				    COEXIST_TEXT_login_delay, /*date=*/NULL);

	return t_strdup(text);
}
