/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_PREFLIGHT_H
#define COEXIST_PREFLIGHT_H

struct coexist_admin;
struct coexist_doveconf;
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
	struct coexist_doveconf *doveconf;
	enum coexist_preflight_status worst;
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
/* Checks the chains of passdbs and userdbs: they ask the gate, and nothing goes
   round it. */
void coexist_preflight_auth(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf);
/* Checks for bypasses of the gate where the chains are right. Needs the site's
   settings. */
void coexist_preflight_bypasses(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf);
/* Checks mail_plugins: sessions load what is needed, and can load what else is
   named. */
void coexist_preflight_plugins(struct coexist_preflight *preflight);
/* Checks the namespaces: INBOX is in one that has room for what pop3_delete
   moves. */
void coexist_preflight_namespaces(struct coexist_preflight *preflight,
				  const struct coexist_doveconf_block *conf);
/* Checks the store: configured, written by doveadm, read by the auth process.
   conf may be NULL, if it is not known. */
void coexist_preflight_store(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf);

/* Checks the keyring, if documents need signatures: the auth process can read the
   keys. conf as above. */
void coexist_preflight_keys(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf);

/* Checks detail addressing, if Dovecot runs: the userdb does not know a mailbox
   by two names. */
void coexist_preflight_names(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf);

/* Checks anvil, if Dovecot runs: the auth process can count sessions. */
void coexist_preflight_sessions(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf);

#endif
