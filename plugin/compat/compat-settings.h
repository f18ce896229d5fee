/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_SETTINGS_H
#define COEXIST_COMPAT_SETTINGS_H

#include "coexist/policy-keys.h"
#include "coexist/site-settings.h"

struct mail_user;

/* The policy settings of dovecot.conf as a session sees them, without what
   the userdb said about its user: they are the scope behind the userdb's.

   Dovecot 2.3 keeps both in one list, in which a userdb field replaces the
   setting of the same name, and its configuration has to be read again to see
   what was replaced. Dovecot 2.4 layers them. */
struct coexist_conf_policy;

/* Returns 0 and the settings, or -1 and an error that names the setting. The
   settings are NULL if dovecot.conf names no policy key and nothing that nobody
   knows. Else they live until they are freed, which must be before the user is.
   notes_use_r becomes TRUE if the site setting note_last_use is something else than
   "no": each login asks, so it is found on the way. */
int coexist_conf_policy_read(struct mail_user *user,
			       struct coexist_conf_policy **set_r,
			       bool *notes_use_r, const char **error_r);
/* *set may be NULL. */
void coexist_conf_policy_free(struct coexist_conf_policy **set);

/* Returns the key's text, or NULL if dovecot.conf does not name it. */
const char *coexist_conf_policy_get(struct coexist_conf_policy *set,
				      enum coexist_key key);

/* Returns the names, without coexist_, of settings that nobody knows as a
   NULL-terminated list, which may be on the data stack. Always empty on Dovecot 2.4,
   whose configuration refuses them. */
const char *const *
coexist_conf_policy_get_unknown(struct coexist_conf_policy *set);

/* Returns a site setting that sessions obey, never NULL, on the data stack. On
   Dovecot 2.3 they are in plugin {} like the policy. */
const char *coexist_site_setting_get(struct mail_user *user,
					enum coexist_site_setting setting);

/* Returns the mailbox to which Dovecot's plugin lazy_expunge moves what is expunged, or the
   prefix of a namespace for that, on the data stack. NULL if dovecot.conf names none. */
const char *coexist_lazy_expunge_get(struct mail_user *user);

#endif
