/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_PREFLIGHT_H
#define COEXIST_PREFLIGHT_H

#include "first-names.h"

struct coexist_admin;
struct coexist_document;
struct coexist_doveconf_block;

/* The preflight: a self-test of the installation, whose parts print their
   findings. */

enum coexist_preflight_status {
	COEXIST_PREFLIGHT_OK,
	/* nothing to repair, but good to know */
	COEXIST_PREFLIGHT_NOTE,
	/* part of it does not work */
	COEXIST_PREFLIGHT_WARN,
	/* logins fail, or the policy is not obeyed */
	COEXIST_PREFLIGHT_FAIL,
	COEXIST_PREFLIGHT_STATUS_COUNT
};

struct coexist_preflight {
	struct coexist_admin *admin;
	/* what opening the store returned: see coexist_admin_open_store() */
	int store_ret;
	const char *store_error;
	enum coexist_preflight_status worst;
	/* dovecot-coexist(8) has switched settings of ours on, or off by
	   hand */
	bool is_on, is_off;
	/* Documents by which POP3 is shown other mailboxes than INBOX, and those that name
	   too many. */
	struct coexist_first_names folders, many_folders;
};

/* Prints a finding: what was looked at and, unless it is ok, what to do. */
void coexist_preflight_print(struct coexist_preflight *preflight,
			     const char *check,
			     enum coexist_preflight_status status,
			     const char *remedy);

/* Checks that a module is there and made for this Dovecot. file is its path below
   Dovecot's folder of modules. One that is not needed may be missing. */
void coexist_preflight_module(struct coexist_preflight *preflight,
			      const char *file, bool needed);
/* Checks the modules that each installation has. */
void coexist_preflight_modules(struct coexist_preflight *preflight);
/* Checks that dovecot-coexist(8) has not switched off what is configured. */
void coexist_preflight_switch(struct coexist_preflight *preflight);

/* Returns the first passdb coexist, or if there is none the first one that is for a
   protocol, or NULL. */
const struct coexist_doveconf_block *
coexist_preflight_find_passdb(const struct coexist_doveconf_block *conf);
/* Returns TRUE if there is a passdb or a userdb coexist. */
bool coexist_preflight_has_gate(const struct coexist_doveconf_block *conf);
/* Says that there is no gate, where nothing else is that needs one. */
void coexist_preflight_no_gate(struct coexist_preflight *preflight);
/* Checks the passdb and the userdb coexist, and that the userdbs ask the latter. */
void coexist_preflight_auth(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf);
/* Checks for bypasses of the gate: also the chain of passdbs, where the gate is in
   it. Needs the site's settings. */
void coexist_preflight_bypasses(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf);
/* Asks the auth process, if Dovecot runs, where the gate decides about the logins of
   each service. */
void coexist_preflight_gate(struct coexist_preflight *preflight);
/* Returns TRUE if a protocol loads coexist. */
bool coexist_preflight_has_plugin(const struct coexist_doveconf_block *conf);
/* Returns TRUE if a protocol in which quota notices are looked at loads Dovecot's
   quota. */
bool coexist_preflight_has_quota(const struct coexist_doveconf_block *conf);
/* Says that Dovecot is as stock, where nothing of ours is enabled. */
void coexist_preflight_no_plugin(struct coexist_preflight *preflight);
/* Checks mail_plugins: sessions and deliveries load coexist, and can load what
   else of ours is named. */
void coexist_preflight_plugins(struct coexist_preflight *preflight,
			       const struct coexist_doveconf_block *conf);
/* Checks the settings that may not do what one thinks: names that are no settings'
   (Dovecot 2.3), notices that come twice or never, a Trash that only grows. Of what is for
   everybody, also that in the store, if it is open. */
void coexist_preflight_settings(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf);
/* Checks the road of copies of sent mail, where there is an LMTP service for them:
   asks Postfix, if it is on this host, what becomes of a login's copy. */
void coexist_preflight_sent(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf);
/* Checks the site settings: each has a value that is valid, and the gate does not
   only log. */
void coexist_preflight_site(struct coexist_preflight *preflight);
/* Checks the queries of SQL and LDAP databases: none refuses a login by what the
   gate could give the reason for. */
void coexist_preflight_queries(struct coexist_preflight *preflight,
			       const struct coexist_doveconf_block *conf);
/* Checks the namespaces: INBOX is in one that has room for what pop3_delete
   moves. */
void coexist_preflight_namespaces(struct coexist_preflight *preflight,
				  const struct coexist_doveconf_block *conf);
/* Checks the store: configured, written by doveadm, read by the auth process.
   conf may be NULL, if it is not known. */
void coexist_preflight_store(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf);

/* Returns TRUE if the store is configured and has been used, or can't be asked
   whether it was. Opens it. */
bool coexist_preflight_has_documents(struct coexist_preflight *preflight);
/* Counts the documents that are of no use, and names those that say what POP3 is shown.
   Needs the store. */
void coexist_preflight_documents(struct coexist_preflight *preflight);

/* Notes what a document says of the mailboxes that POP3 is shown. name is the
   document's. */
void coexist_preflight_folders_note(struct coexist_preflight *preflight,
				    const char *name,
				    const struct coexist_document *document);
/* Checks that POP3 sessions can have the mailboxes that these documents and dovecot.conf
   name, or let owners choose: they load Dovecot's virtual, and no more are named than
   there may be. */
void coexist_preflight_folders(struct coexist_preflight *preflight,
			       const struct coexist_doveconf_block *conf);

/* Checks the keyring, if documents need signatures: the auth process can read the
   keys. conf as above. */
void coexist_preflight_keys(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf);

/* Checks live enforcement where there is no gate, if Dovecot runs: the sessions of a user
   may ask the auth process again. */
void coexist_preflight_recheck(struct coexist_preflight *preflight,
			       const struct coexist_doveconf_block *conf);

/* Checks detail addressing, if Dovecot runs: the userdb does not know a mailbox
   by two names. */
void coexist_preflight_names(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf);

/* Checks anvil, if Dovecot runs: the auth process can count sessions. */
void coexist_preflight_sessions(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf);

#endif
