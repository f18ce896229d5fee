/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_NAMESPACE_H
#define COEXIST_COMPAT_NAMESPACE_H

struct mail_namespace;
struct mail_user;

/* A namespace that no dovecot.conf has: hidden, with mailboxes of the virtual plugin. */
struct coexist_virtual_namespace {
	/* what the names of its mailboxes begin with */
	const char *prefix;
	/* where their folders are, an absolute path */
	const char *folder;
	/* their indexes are not written */
	bool index_in_memory;
};

/* Adds the namespace to the user's, who has some. Quota and ACLs do not know it. It
   lives as long as the user's others. Returns 0, or -1 and an error. */
int coexist_virtual_namespace_add(struct mail_user *user,
				  const struct coexist_virtual_namespace *set,
				  struct mail_namespace **ns_r,
				  const char **error_r);

#endif
