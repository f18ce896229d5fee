/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib20_coexist_plugin, the wiring: one module for every process that handles
   mail. What is for the sessions of one protocol sees by itself which process it
   is in. */

#include "lib.h"
#include "coexist-plugin.h"
#include "mail-namespace.h"
#include "mail-storage-hooks.h"
#include "mail-user.h"
#include "compat-version.h"
#include "download-copied.h"
#include "imap-hooks.h"
#include "inbox-watch.h"
#include "junk-notice.h"
#include "lmtp-sent.h"
#include "mailbox-state.h"
#include "owner-choice.h"
#include "owner-metadata.h"
#include "pop3-hooks.h"
#include "quota-watch.h"
#include "retention-memory.h"
#include "sent-append.h"
#include "session-changes.h"
#include "session-end.h"
#include "session-guard.h"
#include "session-policy.h"
#include "submission-hooks.h"
#include "until-notice.h"
#include "use-note.h"
#include "user-hooks.h"

const char *coexist_plugin_version = DOVECOT_ABI_VERSION;

/* Dovecot chains what a hook overrides as a whole: all functions are put into
   the place that it has now, before the policy takes that. */
static void parts_user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;

	coexist_session_policy_user_created(user);
	/* whose policy says nothing keeps none, and is not delivered a copy either */
	coexist_lmtp_sent_user_created(user);
	if (coexist_session_policy_get(user) == NULL)
		return;
	i_assert(user->vlast != v);
	coexist_guard_user_created(user);
	coexist_until_notice_user_created(user);
	coexist_junk_notice_user_created(user);
	coexist_changes_user_created(user, v);
	coexist_quota_watch_user_created(user, v);
	coexist_sent_append_user_created(user);
	coexist_use_note_user_created(user);
	coexist_owner_metadata_user_created(user);
	coexist_download_copied_user_created(user);
}

static void coexist_mail_user_created(struct mail_user *user)
{
	coexist_user_hooks_begin(user);
	parts_user_created(user);
	coexist_user_hooks_commit(user);
}

/* The parts that do nothing by the policy alone, and do something by what the owner
   chose. Dovecot has the chain of the user's functions together by now. */
static void choices_begin(struct mail_namespace *namespaces)
{
	struct mail_user *user = namespaces->user;
	struct mail_user_vfuncs *vlast = user->vlast, *super;

	super = p_new(user->pool, struct mail_user_vfuncs, 1);
	*super = user->v;
	user->vlast = super;
	if (coexist_changes_get(user) == NULL)
		coexist_changes_user_created(user, &user->v);
	coexist_quota_watch_user_created(user, &user->v);
	user->vlast = vlast;
}

/* A POP3 session that has nothing configured looks once at what earlier ones have
   left. */
static void pop3_begin(struct mail_user *user)
{
	const char *state;

	T_BEGIN {
		state = coexist_mailbox_state_peek(user);
		if (coexist_session_policy_get(user) == NULL)
			coexist_retention_memory_forget(user, state);
		coexist_pop3_namespaces_created(user, state);
	} T_END;
}

/* Where keys are open, what the owner chose comes before all that obeys them. Dovecot
   goes through the list of hooks that there was before: those that are new in it, and
   are about the namespaces, are called from here. */
static void open_begin(struct mail_namespace *namespaces, bool is_pop3)
{
	struct mail_user *user = namespaces->user;
	bool had_quota = coexist_quota_watch_has(user);
	bool had_end = coexist_session_end_has(user);

	if (coexist_owner_choice_read(user) != 0)
		choices_begin(namespaces);
	if (is_pop3)
		pop3_begin(user);
	if (!had_quota)
		coexist_quota_watch_namespaces_created(namespaces);
	if (!had_end)
		coexist_session_end_namespaces_created(namespaces);
}

static void coexist_mail_namespaces_created(struct mail_namespace *namespaces)
{
	struct mail_user *user = namespaces->user;
	bool is_pop3 = strcmp(user->service, "pop3") == 0;

	if (user->autocreated || user->error != NULL ||
	    coexist_guard_get_reason(user) != NULL)
		return;
	if (coexist_session_policy_get_open(user) != 0)
		open_begin(namespaces, is_pop3);
	else if (is_pop3)
		pop3_begin(user);
}

static const struct mail_storage_hooks module_hooks = {
	.mail_user_created = coexist_mail_user_created,
	.mail_namespaces_created = coexist_mail_namespaces_created
};

static const struct mail_storage_hooks guard_hooks = {
	.mail_namespace_storage_added = coexist_guard_namespace_storage_added
};

static const struct mail_storage_hooks use_note_hooks = {
	.mail_namespaces_created = coexist_use_note_namespaces_created
};

static const struct mail_storage_hooks journal_hooks = {
	.mailbox_allocated = coexist_inbox_watch_allocated
};

static const struct mail_storage_hooks session_end_hooks = {
	.mail_namespaces_created = coexist_session_end_namespaces_created
};

static const struct mail_storage_hooks quota_hooks = {
	.mail_namespaces_created = coexist_quota_watch_namespaces_created,
	.mailbox_allocated = coexist_quota_watch_mailbox_allocated,
	.mail_allocated = coexist_quota_watch_mail_allocated
};

static const struct mail_storage_hooks sent_hooks = {
	.mailbox_allocated = coexist_sent_append_mailbox_allocated
};

static const struct mail_storage_hooks owner_hooks = {
	.mailbox_allocated = coexist_owner_metadata_mailbox_allocated
};

static const struct mail_storage_hooks dsync_hooks = {
	.mailbox_allocated = coexist_download_copied_mailbox_allocated
};

static const struct mail_storage_hooks *const parts[] = {
	[COEXIST_HOOKS_MODULE] = &module_hooks,
	[COEXIST_HOOKS_GUARD] = &guard_hooks,
	[COEXIST_HOOKS_USE_NOTE] = &use_note_hooks,
	[COEXIST_HOOKS_JOURNAL] = &journal_hooks,
	[COEXIST_HOOKS_SESSION_END] = &session_end_hooks,
	[COEXIST_HOOKS_QUOTA] = &quota_hooks,
	[COEXIST_HOOKS_SENT] = &sent_hooks,
	[COEXIST_HOOKS_OWNER] = &owner_hooks,
	[COEXIST_HOOKS_DSYNC] = &dsync_hooks,
	[COEXIST_HOOKS_POP3_REFUSAL] = &coexist_pop3_refusal_hooks,
	[COEXIST_HOOKS_POP3_FOLDERS] = &coexist_pop3_folders_hooks,
	[COEXIST_HOOKS_POP3_MAILDROP] = &coexist_pop3_maildrop_hooks,
	[COEXIST_HOOKS_POP3_DELETE] = &coexist_pop3_delete_hooks,
	[COEXIST_HOOKS_POP3_LOGIN_DELAY] = &coexist_pop3_login_delay_hooks
};

_Static_assert(N_ELEMENTS(parts) == COEXIST_HOOKS_COUNT,
	       "each part has hooks");

void coexist_plugin_init(struct module *module)
{
	coexist_user_hooks_init(module, parts);
	coexist_imap_hooks_init();
	coexist_pop3_hooks_init();
	coexist_submission_hooks_init();
}

void coexist_plugin_deinit(void)
{
	coexist_lmtp_sent_deinit();
	coexist_submission_hooks_deinit();
	coexist_pop3_hooks_deinit();
	coexist_imap_hooks_deinit();
	coexist_user_hooks_deinit();
}
