#ifndef COEXIST_PREFLIGHT_H
#define COEXIST_PREFLIGHT_H

struct coexist_admin;
struct coexist_doveconf;
struct coexist_doveconf_block;

/* Is the installation wired correctly? Each part prints its findings. */

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

/* A module, of which the path below Dovecot's folder is given, is there and made
   for this Dovecot. It may be missing if it is not needed. */
void coexist_preflight_module(struct coexist_preflight *preflight,
			      const char *file, bool needed);
/* So are those that each installation has. */
void coexist_preflight_modules(struct coexist_preflight *preflight);
/* The chains of passdbs and userdbs ask the gate, and nothing goes round it. */
void coexist_preflight_auth(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf);
/* What passes the gate by though the chains are right. The site's settings have
   to be read. */
void coexist_preflight_bypasses(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf);
/* The sessions load the plugins, and can load those that are for who wants
   them. */
void coexist_preflight_plugins(struct coexist_preflight *preflight);
/* INBOX is in a namespace that has room for what pop3_delete moves. */
void coexist_preflight_namespaces(struct coexist_preflight *preflight,
				  const struct coexist_doveconf_block *conf);
/* The store is configured, can be written here and read by the auth process.
   conf may be NULL, if it is not known. */
void coexist_preflight_store(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf);

/* The keys whose signatures count can be read, if documents need any. conf as
   above. */
void coexist_preflight_keys(struct coexist_preflight *preflight,
			    const struct coexist_doveconf_block *conf);

/* The userdb does not know a mailbox by two names, if Dovecot runs. */
void coexist_preflight_names(struct coexist_preflight *preflight,
			     const struct coexist_doveconf_block *conf);

/* The auth process can count sessions, if Dovecot runs. */
void coexist_preflight_sessions(struct coexist_preflight *preflight,
				const struct coexist_doveconf_block *conf);

#endif
